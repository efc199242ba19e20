import { expect, test } from 'vitest'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
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
  const [whole, ...others] = readOne(parts).spans
  expect(others).toEqual([])
  expect(whole?.attributes).toHaveLength(MANY)
  expect(whole?.events).toHaveLength(MANY)
  expect(whole?.durationNanos).toBe((MANY - 1) * 1000)
})

test('what parts of a span say twice is told once, and the earliest that says it is believed', () => {
  const sent = { timestamp: 7, value: 'sent' }
  const [whole] = readOne([
    span(1, { timestamp: 5, name: 'first', tags: { a: '1' }, annotations: [sent] }),
    span(1, { name: 'second', tags: null, annotations: [{ timestamp: 9, value: 'read' }, sent] }),
    span(1, { timestamp: null, name: 'third', kind: 'CLIENT', tags: { a: '2', b: '3' }, annotations: null }),
  ]).spans
  expect(whole).toMatchObject({ name: 'first', kind: 'client', startNanos: 5000n })
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
  expect(new Set(idsOf(halves)).size).toBe(MANY)
})

test('very many children, each at another host, of a call that very many answer', () => {
  const half = { kind: 'SERVER', shared: true }
  const at = (i: number) => ({ serviceName: 'shop', ipv4: `${i}` })
  const servers = many((i) => span(1, { ...half, localEndpoint: at(i), timestamp: 1000 + i }))
  const child = (i: number) => span(2 + i, { parentId: '1', localEndpoint: { ...at(i), ipv6: `${i}` } })
  const parents = new Set(
    readOne([...servers, ...many(child)])
      .spans.slice(MANY)
      .map(({ parentId }) => parentId),
  )
  expect(parents.size).toBe(MANY)
})

test('very many children elsewhere, of a call that very many answer: they are of the half that keeps the id', () => {
  const servers = many((i) => span(1, { kind: 'SERVER', localEndpoint: { serviceName: `s${i}` } }))
  const { spans } = readOne([...servers, ...many((i) => span(2 + i, { parentId: '1' }))])
  expect(new Set(spans.slice(MANY).map(({ parentId }) => parentId))).toEqual(new Set(['0000000000000001']))
})

test.each([
  ['a tag', (deep: string) => `"tags":{"deep":${deep},"plain":"x"}`],
  ['an annotation', (deep: string) => `"tags":{"plain":"x"},"annotations":[{"timestamp":7,"value":${deep}}]`],
])('parts of a span that differ alone in %s that is nested without end', (_, members) => {
  const deep = (end: number) => '['.repeat(20_000) + end + ']'.repeat(20_000)
  const parts = [1, 2].map((end) => `{"traceId":"a1","id":"2","timestamp":5,${members(deep(end))}}`)
  const [whole, ...others] = readTraces(Buffer.from(`[${parts.join()}]`)).flatMap(({ spans }) => spans)
  expect(others).toEqual([])
  expect(whole?.attributes).toContainEqual(['plain', 'x'])
})

test('a made id is given once, also where another span has the one that would come next', () => {
  const half = (service: string, kind: string) => span(1, { kind, localEndpoint: { serviceName: service } })
  const answered = [half('a', 'CLIENT'), half('b', 'SERVER'), half('c', 'SERVER')]
  expect(idsOf([...answered, span(0xfffffffffffffffen)])).toEqual([
    '0000000000000001',
    'ffffffffffffffff',
    // All zeros is no id, and the first is taken.
    '0000000000000002',
    'fffffffffffffffe',
  ])
  expect(idsOf([...answered, span(2), span(3, { kind: 'CLIENT' }), span(3, { kind: 'SERVER' })])).toEqual([
    '0000000000000001',
    'fffffffffffffffe',
    'ffffffffffffffff',
    '0000000000000002',
    '0000000000000003',
    'fffffffffffffffc',
  ])
})

test('very many calls whose inverted ids are all taken, by one another', () => {
  const first = 2n ** 63n - BigInt(MANY / 4)
  const calls = Array.from({ length: MANY / 2 }, (_, i) => first + BigInt(i)).flatMap((id) => [
    span(id, { kind: 'CLIENT' }),
    span(id, { kind: 'SERVER' }),
  ])
  expect(new Set(idsOf(calls)).size).toBe(MANY)
})

test('annotations that begin like an event of a collector, with very many quotes that do not close', () => {
  const value = `e|{"${'\\"'.repeat(300_000)}}|0`
  const [whole] = readOne([span(1, { annotations: [{ timestamp: 1, value }] })]).spans
  expect(whole?.events.map(({ name }) => name)).toEqual([value])
})
