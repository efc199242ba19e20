import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { toJaeger } from '../../../src/trace/formats/export-trace.ts'
import { toNdjson, toOtlp } from '../../../src/trace/formats/json-export.ts'
import { maskTrace } from '../../../src/trace/masking.ts'
import { wayLines } from '../../../src/trace/render/fields.ts'
import { glyphsFor } from '../../../src/trace/render/glyphs.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { tracesData } from '../../world/trace/protobuf.ts'
import { makeChain } from '../make.ts'
import { readOne } from '../rich.ts'

const LEVELS = 80_000

/** The deepest trace on record has 72,000 levels; nothing here may recurse over spans. */
describe(`a chain of ${LEVELS} levels`, () => {
  const chain = makeChain(LEVELS)
  const otlp = [...toOtlp(chain, JSON.stringify)].join('')
  const inputs: [string, () => string | Buffer][] = [
    ['OTLP/JSON', () => otlp],
    ['OTLP protobuf', () => tracesData(JSON.parse(otlp))],
    ['Jaeger', () => [...toJaeger(chain, JSON.stringify)].join('')],
    ['our NDJSON', () => [...toNdjson(chain, JSON.stringify)].join('')],
  ]
  test.each(inputs)('from %s', (_, input) => {
    const tree = buildTree(maskTrace(readOne(input())).trace)
    expect(tree.count).toBe(LEVELS)
    expect(tree.depth(LEVELS - 1)).toBe(LEVELS - 1)
  })
})

test('the whole way down to the last of 150,000 levels', () => {
  const tree = buildTree(makeChain(150_000))
  const lines = wayLines(tree, 149_999, { width: 80, glyphs: glyphsFor(true), style: UNSTYLED, full: true })
  // With the heading.
  expect(lines).toHaveLength(150_001)
})
