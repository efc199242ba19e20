import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toJsonText } from '../../../src/trace/formats/own/own-json-export.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { glyphsFor } from '../../../src/trace/render/glyphs.ts'
import { markText, notesOn } from '../../../src/trace/render/waterfall/notes.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { plainTrace, readOne } from '../rich.ts'

const AT = 1_790_000_000_000_000
const GATEWAY = { serviceName: 'gateway', ipv4: '10.0.0.1' }
const POD1 = { serviceName: 'reviews', ipv4: '10.0.1.1', port: 9080 }
const POD2 = { serviceName: 'reviews', ipv4: '10.0.1.2', port: 9080 }

/** A part of a span; `at` in microseconds after the beginning. */
const part = (
  id: string,
  localEndpoint: object | undefined,
  at: number,
  duration: number,
  more: object = {},
) => ({
  ...{ traceId: 'a1', id, name: `${id} at ${at}`, timestamp: AT + at, duration, localEndpoint },
  ...more,
})
const client = { kind: 'CLIENT', parentId: '1' }
const server = { kind: 'SERVER', parentId: '1', shared: true }

/** Each span as `name`, below whose name it stands. */
function placesIn(trace: Trace): Record<string, string> {
  const tree = buildTree(trace)
  const nameOf = (node: number) => (node < 0 ? 'root' : tree.span(node).name)
  return Object.fromEntries(tree.spans.map((span, node) => [span.name, nameOf(tree.parent(node))]))
}

describe('one id of a client that several servers answer', () => {
  const root = part('1', GATEWAY, 0, 500, { kind: 'SERVER' })
  const call = part('2', GATEWAY, 10, 480, client)

  test('two pods of one service are two spans, each below the client', () => {
    const trace = readOne([root, call, part('2', POD1, 20, 200, server), part('2', POD2, 260, 220, server)])
    expect(placesIn(trace)).toEqual({
      '1 at 0': 'root',
      '2 at 10': '1 at 0',
      '2 at 20': '2 at 10',
      '2 at 260': '2 at 10',
    })
    expect(new Set(trace.spans.map(({ spanId }) => spanId)).size).toBe(4)
  })

  test.each([
    ['one pod that is called twice', { duration: 200 }, 2],
    ['reports that overlap', { duration: 260 }, 2],
    ['one report without a duration', { duration: undefined }, 1],
    [
      'a pod whose port is not told',
      { duration: undefined, localEndpoint: { ...POD1, ipv6: '::1', port: 0 } },
      1,
    ],
    [
      'a pod whose service is in capitals',
      { duration: undefined, localEndpoint: { ...POD1, ipv6: '::1', serviceName: 'Reviews' } },
      1,
    ],
    ['another port', { duration: 260, localEndpoint: { ...POD1, port: 9081 } }, 2],
    ['another IPv6 address', { duration: 260, localEndpoint: { ...POD1, ipv6: '::2' } }, 2],
  ])('%s', (_, members, spans) => {
    const here = { ...POD1, ipv6: '::1' }
    const first = part('2', here, 20, 200, { ...server, ...members })
    const trace = readOne([root, call, first, part('2', here, 260, 220, server)])
    expect(trace.spans.filter(({ service }) => service.toLowerCase() === 'reviews')).toHaveLength(spans)
  })

  test('what fits several pods does not make one of them', () => {
    const anyPod = { serviceName: 'reviews' }
    const late = part('2', anyPod, 300, 1, { ...server, duration: undefined, tags: { late: '1' } })
    const pods = [part('2', POD1, 20, 500, server), part('2', POD2, 260, 220, server)]
    expect(readOne([root, call, late, ...pods]).spans).toHaveLength(4)
  })
})

describe('children of a shared id', () => {
  const SELF = { serviceName: 'api', ipv4: '10.0.0.1' }
  const OTHER_SELF = { serviceName: 'api', ipv4: '10.0.0.2' }
  const THIRD = { serviceName: 'third', ipv4: '10.0.9.9' }
  const callOf = (caller: object, ...servers: object[]) => [
    part('2', caller, 0, 900, { kind: 'CLIENT' }),
    ...servers.map((host, i) => part('2', host, 100 * (i + 1), 50, { ...server, parentId: undefined })),
  ]
  const child = (localEndpoint: object | undefined, at = 120) =>
    part('3', localEndpoint, at, 5, { parentId: '2' })
  const unknownTime = part('2', { ...POD1, ipv6: '::9' }, 0, 0, { ...server, timestamp: undefined })
  const [CLIENT, FIRST, SECOND] = ['2 at 0', '2 at 100', '2 at 200']

  test.each<[string, object[], object, string]>([
    ['of the second server', callOf(GATEWAY, POD1, POD2), child(POD2), SECOND],
    ['of the first server', callOf(GATEWAY, POD1, POD2), child(POD1), FIRST],
    [
      'of the second server, without its port',
      callOf(GATEWAY, POD1, POD2),
      child({ ...POD2, port: 0 }),
      SECOND,
    ],
    ['of one pod that was called twice', callOf(GATEWAY, POD1, POD1), child(POD1, 220), FIRST],
    ['of a third service, below the only server', callOf(GATEWAY, POD1), child(THIRD), FIRST],
    ['of a third service, where two servers answered', callOf(GATEWAY, POD1, POD2), child(THIRD), CLIENT],
    [
      'of another pod of the service of two servers, as in Zipkin',
      callOf(GATEWAY, POD1, POD2),
      child({ ...POD1, ipv4: '10.0.1.3' }),
      CLIENT,
    ],
    [
      'of a pod that was called at an unknown time, too',
      [...callOf(GATEWAY, POD1), unknownTime],
      child(POD1),
      FIRST,
    ],
    ['of the client', callOf(GATEWAY, POD1), child(GATEWAY), CLIENT],
    [
      'of the client, whose address is not told',
      callOf({ serviceName: 'gateway' }, POD1),
      child(GATEWAY),
      CLIENT,
    ],
    ['without an endpoint, below the only server', callOf(GATEWAY, POD1), child(undefined), FIRST],
    [
      'without an endpoint, where two servers answered',
      callOf(GATEWAY, POD1, POD2),
      child(undefined),
      CLIENT,
    ],
    ['of a service that calls itself', callOf(SELF, OTHER_SELF), child(OTHER_SELF), FIRST],
    ['of the caller of a service that calls itself', callOf(SELF, OTHER_SELF), child(SELF), CLIENT],
    [
      'of either half of a service that calls itself',
      callOf(SELF, OTHER_SELF),
      child({ serviceName: 'api' }),
      FIRST,
    ],
    ['of halves at one endpoint', callOf(SELF, SELF), child(SELF), FIRST],
    ['of two servers without a client', callOf(GATEWAY, POD1, POD2).slice(1), child(POD2), SECOND],
  ])('%s', (_, halves, one, parent) => {
    for (const order of [
      [...halves, one],
      [one, ...halves.toReversed()],
    ])
      expect(placesIn(readOne(order))[(one as { name: string }).name]).toBe(parent)
  })
})

test('a made id is told as one', () => {
  const trace = readOne([part('2', GATEWAY, 10, 480, client), part('2', POD1, 20, 200, server)])
  expect(trace.spans.map(({ marks }) => marks)).toEqual([[], ['id-shared']])
  const [back] = readOne([...toJsonText(trace, JSON.stringify)].join('')).spans.slice(1)
  expect(back?.marks).toEqual(['id-shared'])
  const tree = buildTree(trace)
  expect(markText(tree, 1, 'id-shared')).toBe(
    'shares its id 0000000000000002 with its client in Zipkin: shown under one made from it',
  )
  expect(notesOn(tree, glyphsFor(true), undefined)).toEqual([])
})

describe('a part that does not say where it was recorded', () => {
  const late = { traceId: 'a1', id: '2', tags: { late: '1' } }
  test.each([
    ['none', undefined],
    ['null', null],
    ['an empty one', {}],
  ])('%s: it is of the only half, else of the client', (_, localEndpoint) => {
    const flushed = { ...late, localEndpoint }
    const callee = part('2', POD1, 20, 200, server)
    for (const parts of [
      [callee, flushed],
      [part('2', POD1, 20, 200, { kind: 'SERVER' }), flushed],
      [callee, part('2', GATEWAY, 10, 480, client), flushed],
    ]) {
      for (const order of [parts, parts.toReversed()]) {
        const trace = readOne(order)
        expect(trace.spans).toHaveLength(parts.length - 1)
        const of = trace.spans.find(({ attributes }) => attributes.some(([key]) => key === 'late'))
        expect(of?.kind).toBe(parts.length === 2 ? 'server' : 'client')
      }
    }
  })

  test('a part of a server that says so is of the server', () => {
    const trace = readOne([
      part('2', GATEWAY, 10, 480, client),
      part('2', POD1, 20, 200, server),
      { ...late, shared: true },
    ])
    expect(trace.spans.map(({ kind, attributes }) => [kind, attributes.length])).toEqual([
      ['client', 0],
      ['server', 1],
    ])
  })
})

describe('parts of one span', () => {
  const parts = (...members: object[]) => {
    const all = members.map((one) => ({
      traceId: 'a1',
      id: '2',
      kind: 'CLIENT',
      localEndpoint: GATEWAY,
      ...one,
    }))
    const [read, ...others] = readOne(all).spans
    if (read === undefined || others.length > 0) throw new Error(`${others.length} others`)
    const [again] = readOne(all.toReversed()).spans
    expect(again).toEqual(read)
    const start = read.startNanos === 0n ? undefined : Number(read.startNanos / 1000n) - AT
    return { name: read.name, start, duration: read.durationNanos / 1000, marks: read.marks }
  }

  test.each<[string, object[], object]>([
    [
      'a late one without a duration',
      [
        { timestamp: AT + 300, name: '' },
        { timestamp: AT + 10, duration: 290, name: 'get' },
      ],
      { name: 'get', start: 10, duration: 290, marks: [] },
    ],
    [
      'one that was written before the span had ended',
      [
        { timestamp: AT, duration: 7, name: 'unknown' },
        { timestamp: AT, duration: 7000, name: 'get' },
      ],
      { name: 'get', start: 0, duration: 7000 },
    ],
    ['the duration alone', [{ duration: 40 }, { timestamp: AT + 5 }], { start: 5, duration: 40, marks: [] }],
    [
      'a start, and a later one with a duration, which is believed',
      [{ timestamp: AT + 12, duration: 280 }, { timestamp: AT + 10 }],
      { start: 12, duration: 280 },
    ],
    [
      'no start and no duration',
      [{ name: 'unknown' }, { name: '' }],
      { name: 'unknown', start: undefined, marks: ['start-missing', 'end-missing'] },
    ],
    ['no duration', [{ timestamp: AT + 9 }, { timestamp: AT + 8 }], { start: 8, marks: ['end-missing'] }],
  ])('%s', (_, members, read) => {
    expect(parts(...members)).toMatchObject(read)
  })
})

const anyPart = fc.record(
  {
    traceId: fc.constant('a1'),
    id: fc.constantFrom('1', '2', '3'),
    parentId: fc.constantFrom('1', '2', '3', '', null),
    kind: fc.constantFrom('CLIENT', 'SERVER', 'CONSUMER', null),
    shared: fc.boolean(),
    name: fc.constantFrom('', 'unknown', 'get', 'post'),
    timestamp: fc.constantFrom(AT, AT + 10, AT + 50, 0, null),
    duration: fc.constantFrom(5, 20, 100, 0, null),
    localEndpoint: fc.oneof(
      fc.record(
        {
          serviceName: fc.constantFrom('a', 'A', 'b', ''),
          ipv4: fc.constantFrom('10.0.0.1', '10.0.0.2'),
          ipv6: fc.constantFrom('::1', '::2'),
          port: fc.constantFrom(0, 80, '80', 81),
        },
        { requiredKeys: [] },
      ),
      fc.constant(null),
    ),
    tags: fc.dictionary(fc.constantFrom('a', 'error'), fc.constantFrom('x', 'y'), { maxKeys: 2 }),
    annotations: fc.array(fc.record({ timestamp: fc.nat(3), value: fc.constantFrom('x', 'y') }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['traceId', 'id'] },
)

test('parts in any order give the same spans', () => {
  const orders = fc
    .array(anyPart, { minLength: 2, maxLength: 8 })
    .chain((parts) =>
      fc.tuple(
        fc.constant(parts),
        fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
      ),
    )
  const spansOf = (parts: object[]) =>
    (plainTrace(readOne(parts)) as { spans: object[] }).spans
      .map((span) => JSON.stringify(span, bigintAsText))
      .sort()
  fc.assert(
    fc.property(orders, ([parts, shuffled]) => {
      expect(spansOf(shuffled)).toEqual(spansOf(parts))
    }),
    { numRuns: 500 },
  )
})

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
