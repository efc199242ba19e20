import { expect, test } from 'vitest'
import { toRowJson } from '../../../src/trace/compare/comparison-output.ts'
import { linesInView } from '../../../src/trace/compare/merged-tree.ts'
import { rankedRows, topsOf } from '../../../src/trace/compare/verdict.ts'
import { isLinear } from '../../linear-time.ts'
import { makeChain, makeTrace, type Sketch } from '../make.ts'
import { compareTraces } from './planted-judge.ts'

test('a chain of 40,000 levels, and 40,000 operations on each side, take linear time', async () => {
  const compareChain = (share: number) => {
    const chain = makeChain(share * 40_000)
    expect(compareTraces([chain], [chain]).rows).toHaveLength(share * 40_000)
  }
  const compareWide = (share: number) => {
    const named: Sketch[] = Array.from({ length: share * 40_000 }, (_, i) => ({
      id: i + 1,
      ...(i > 0 && { parent: Math.ceil(i / 3) }),
      name: `op ${i % (share * 20_000)}`,
      ms: 1,
    }))
    const wide = compareTraces([makeTrace(...named)], [makeTrace(...named)])
    expect(rankedRows(wide).map((row) => toRowJson(wide, row))).toHaveLength(wide.rows.length)
    expect(topsOf(wide, 'new')).toEqual([])
    expect(linesInView(wide.rows, false)).toHaveLength(2)
  }
  expect([await isLinear(compareChain), await isLinear(compareWide)]).toEqual([true, true])
})
