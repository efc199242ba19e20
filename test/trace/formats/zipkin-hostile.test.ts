import { expect, test } from 'vitest'
import { readOne } from '../rich.ts'

/**
 * Spans of one trace that share an id or come in parts, so many that going through all of them again for each one would
 * take minutes. Nothing here looks at the clock: it ends, or the run does not.
 */
const MANY = 50_000

const span = (id: number | bigint, members: object = {}) => ({
  traceId: 'a1',
  id: id.toString(16).padStart(16, '0'),
  localEndpoint: { serviceName: 'shop' },
  timestamp: 1_790_000_000_000_000,
  ...members,
})
const many = (make: (i: number) => object): object[] => Array.from({ length: MANY }, (_, i) => make(i))
const idsOf = (items: readonly object[]): string[] => readOne(items).spans.map(({ spanId }) => spanId)

test('one span in very many parts, each with a tag, an annotation and a duration of its own', () => {
  const parts = many((i) =>
    span(1, { tags: { [`t${i}`]: 'x' }, annotations: [{ timestamp: 1 + i, value: 'sent' }], duration: i }),
  )
  expect(idsOf(parts)).toHaveLength(MANY)
})

test('one call that very many services answer', () => {
  const halves = many((i) =>
    span(1, { kind: i === 0 ? 'CLIENT' : 'SERVER', localEndpoint: { serviceName: `s${i}` } }),
  )
  expect(new Set(idsOf(halves)).size).toBe(MANY)
})

test('annotations that begin like an event of a collector, with very many quotes that do not close', () => {
  const value = `e|{"${'\\"'.repeat(300_000)}}|0`
  const [whole] = readOne([span(1, { annotations: [{ timestamp: 1, value }] })]).spans
  expect(whole?.events.map(({ name }) => name)).toEqual([value])
})
