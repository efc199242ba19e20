import { expect, test } from 'vitest'
import { toRowsJson } from '../../../src/trace/compare/comparison-export.ts'
import { rankedRows, topsOf } from '../../../src/trace/compare/ranking.ts'
import { linesInView } from '../../../src/trace/compare/rows-in-view.ts'
import { makeChain, makeTrace, type Sketch } from '../make.ts'
import { compareTraces } from './planted-judge.ts'

test('a chain of 40,000 levels, and 40,000 operations on each side, take no square of time', () => {
  const chain = makeChain(40_000)
  const named: Sketch[] = Array.from({ length: 40_000 }, (_, i) => ({
    id: i + 1,
    ...(i > 0 && { parent: Math.ceil(i / 3) }),
    name: `op ${i % 20_000}`,
    ms: 1,
  }))
  const began = process.cpuUsage()
  expect(compareTraces([chain], [chain]).rows).toHaveLength(40_000)
  const wide = compareTraces([makeTrace(...named)], [makeTrace(...named)])
  expect([...toRowsJson(wide)]).toHaveLength(wide.rows.length)
  expect(rankedRows(wide)).toHaveLength(wide.rows.length)
  expect(topsOf(wide, 'new')).toEqual([])
  expect(linesInView(wide.rows, false)).toHaveLength(2)
  // Of the processor, so that others at work do not count. Some 1.5 s; a square of these numbers takes far more.
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(8)
}, 120_000)
