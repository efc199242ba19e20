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

test('one span in very many parts, each with a tag, an annotation and a duration of its own', () => {
  const parts = many((i) =>
    span(1, { tags: { [`t${i}`]: 'x' }, annotations: [{ timestamp: 1 + i, value: 'sent' }], duration: i }),
  )
  const [whole, ...others] = readOne(parts).spans
  expect(others).toEqual([])
  expect(whole?.attributes).toHaveLength(MANY)
  expect(whole?.events).toHaveLength(MANY)
  expect(whole?.durationNanos).toBe((MANY - 1) * 1000)
})

test('what parts of a span say twice is told once, and the first that says it is believed', () => {
  const sent = { timestamp: 7, value: 'sent' }
  const [whole] = readOne([
    span(1, { timestamp: null, name: 'first', tags: { a: '1' }, annotations: [sent] }),
    span(1, { name: 'second', tags: null, annotations: [{ timestamp: 9, value: 'read' }, sent] }),
    span(1, { timestamp: 5, name: 'third', kind: 'CLIENT', tags: { a: '2', b: '3' }, annotations: null }),
  ]).spans
  expect(whole).toMatchObject({ name: 'first', kind: 'client', startNanos: 1_790_000_000_000_000_000n })
  expect(whole?.events.map(({ name }) => name)).toEqual(['sent', 'read'])
  expect(whole?.attributes).toEqual([
    ['a', '1'],
    ['b', '3'],
  ])
})

test('one call that very many services answer', () => {
  const halves = many((i) =>
    span(1, { kind: i === 0 ? 'CLIENT' : 'SERVER', localEndpoint: { serviceName: `s${i}` } }),
  )
  expect(readOne(halves).spans).toHaveLength(MANY)
})
