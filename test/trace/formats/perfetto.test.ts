import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toTraceEvents } from '../../../src/trace/formats/perfetto/trace-events.ts'
import { maskTrace } from '../../../src/trace/masking.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { whyEndless } from '../../../src/trace/tree/endless.ts'
import { buildTree, type TraceTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace, soundTrace, tightTrace } from '../any-trace.ts'
import { HOSTILE, traceOf } from '../hostile-texts.ts'
import { EPOCH, makeSpan, makeTrace, spanId } from '../make.ts'

interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly cat?: string
  readonly pid: number
  readonly tid?: number
  readonly ts: number
  /** Of a complete event. */
  readonly dur: number
  readonly id?: number
  readonly args?: Record<string, unknown>
}

function written(trace: Trace): {
  tree: TraceTree
  events: TraceEvent[]
  displayTimeUnit: string
  otherData: { traceId: string; start: string | null }
} {
  const tree = buildTree(trace)
  const text = [...toTraceEvents(tree, [...tree.spans.keys()], (value) => JSON.stringify(value))].join('')
  const { traceEvents, ...rest } = JSON.parse(text)
  return { tree, events: traceEvents, ...rest }
}

const [TEXT, NUMBER, OBJECT] = [String, Number, Object].map((kind) => expect.any(kind))
const PLACE = { pid: NUMBER, tid: NUMBER, ts: NUMBER }
const NAMES = { ph: 'M', pid: NUMBER, args: { name: TEXT } }
const ARROW = { ...PLACE, name: TEXT, cat: 'call', id: NUMBER }
/**
 * All members that an event may have here, and must: "Trace Event Format", Google, 2016, "Metadata", "Complete", "Duration",
 * "Instant" and "Flow Events".
 */
const SCHEMA: Readonly<Record<string, object>> = {
  process_name: { ...NAMES, name: 'process_name' },
  thread_name: { ...NAMES, name: 'thread_name', tid: NUMBER },
  X: { ph: 'X', ...PLACE, name: TEXT, cat: TEXT, dur: NUMBER, args: OBJECT },
  B: { ph: 'B', ...PLACE, name: TEXT, cat: TEXT, args: OBJECT },
  i: { ph: 'i', ...PLACE, s: 't', name: TEXT, args: OBJECT },
  s: { ph: 's', ...ARROW },
  f: { ph: 'f', ...ARROW, bp: 'e' },
}

/** Of a span: complete, or begun and never ended. */
const isOfSpan = ({ ph }: TraceEvent) => ph === 'X' || ph === 'B'

/** With events and links, and a text in every field that may be anything. */
const dressedTrace = fc.constantFrom(...HOSTILE).map(traceOf)

describe('any trace', () => {
  test('is events of the format, each span once, each arrow with both ends', () => {
    fc.assert(
      fc.property(fc.oneof(anyTrace, soundTrace, dressedTrace), (trace) => {
        const { tree, events, ...rest } = written(trace)
        expect(rest).toEqual({
          displayTimeUnit: 'ns',
          otherData: { traceId: trace.traceId, start: rest.otherData.start },
        })
        for (const event of events) expect(event).toEqual(SCHEMA[event.ph === 'M' ? event.name : event.ph])
        // No number is anything else in JSON, and ids are whole.
        for (const { pid, tid = 1, id = 1, ts = 0 } of events)
          expect([pid, tid, id, Math.floor(ts)].every((one) => Number.isSafeInteger(one) && one >= 0)).toBe(
            true,
          )
        const ofSpans = events.filter(isOfSpan)
        expect(ofSpans.map(({ args }) => args?.spanId)).toEqual(tree.spans.map((span) => span.spanId))
        const begun = tree.spans.map((span) => (whyEndless(span) === undefined ? 'X' : 'B'))
        expect(ofSpans.map(({ ph }) => ph)).toEqual(begun)
        const [starts, ends] = ['s', 'f'].map((kind) => events.filter(({ ph }) => ph === kind))
        // By these three a reader knows the two ends for one arrow.
        const known = ({ id, cat, name }: TraceEvent) => ({ id, cat, name })
        expect(ends?.map(known)).toEqual(starts?.map(known))
      }),
    )
  })

  test('has in one lane only spans beside each other, or a span inside of its ancestor', () => {
    fc.assert(
      fc.property(fc.oneof(anyTrace, soundTrace), (trace) => {
        const { tree, events } = written(trace)
        const ofSpans = events.filter(isOfSpan)
        // A reader draws what never ends up to the end of the trace.
        const endOf = (node: number) =>
          whyEndless(tree.span(node)) === undefined ? tree.endOf(node) : Number.POSITIVE_INFINITY
        for (const [a, one] of ofSpans.entries()) {
          for (const [b, other] of ofSpans.entries()) {
            if (a === b || one.tid !== other.tid) continue
            expect(one.pid).toBe(other.pid)
            const [from, to, start, end] = [tree.startOf(a), endOf(a), tree.startOf(b), endOf(b)]
            const isBeside = end <= from || to <= start
            const isInside = tree.parent(b) >= 0 && isAbove(tree, a, b) && from <= start && end <= to
            const isAround = isAbove(tree, b, a) && start <= from && to <= end
            expect(isBeside || isInside || isAround).toBe(true)
          }
        }
      }),
    )
  })
})

/** Where a reader sees a span, in its own unit: beside each other one, inside of it, or around it. */
function expectNoneCut(
  events: readonly TraceEvent[],
  read: (event: TraceEvent) => readonly [number, number],
) {
  const whole = (event: TraceEvent) =>
    event.ph === 'B' ? { ...event, dur: Number.POSITIVE_INFINITY } : event
  const seen = events.filter(isOfSpan).map((event) => ({ event, at: read(whole(event)) }))
  for (const { event, at } of seen) {
    for (const { event: other, at: around } of seen) {
      const isCut = event.tid === other.tid && at[0] < around[0] && around[0] < at[1] && at[1] < around[1]
      if (isCut) throw new Error(`one lane has ${JSON.stringify([event, other])}`)
    }
  }
}

/** A span that is cut by another one is dropped by Perfetto's page, and drawn too long by Speedscope. */
describe('no span is cut by another one of its lane, whatever a reader does with the numbers', () => {
  test.each<[reader: string, read: (event: TraceEvent) => readonly [number, number]]>([
    ['adds them, as Speedscope and Chrome do', ({ ts, dur }) => [ts, ts + dur]],
    // Perfetto: `llround(value * 1000.0)` for each of them.
    [
      'makes nanoseconds of each, as Perfetto does',
      ({ ts, dur }) => [nanosOf(ts), nanosOf(ts) + nanosOf(dur)],
    ],
  ])('%s', (_, read) => {
    fc.assert(
      fc.property(fc.oneof(anyTrace, soundTrace, tightTrace), (trace) =>
        expectNoneCut(written(trace).events, read),
      ),
    )
  })

  test('and to the nanosecond they are what they were', () => {
    fc.assert(
      fc.property(tightTrace, (trace) => {
        const { tree, events } = written(trace)
        const complete = events.filter(({ ph }) => ph === 'X')
        // Speedscope closes one without any duration before it opens it.
        expect(complete.filter(({ dur }) => dur <= 0)).toEqual([])
        const read = complete.map(({ ts, dur }) => [ts, dur].map(nanosOf))
        expect(read).toEqual(tree.spans.map((span, i) => [tree.startOf(i), span.durationNanos]))
      }),
    )
  })
})

const nanosOf = (micros: number): number => Math.round(micros * 1000)

const isAbove = (tree: TraceTree, above: number, node: number) => node > above && node < tree.after(above)

test('of some spans only the services and lanes that hold them have a name', () => {
  const tree = buildTree(
    makeTrace(
      { id: 1, service: 'web', ms: 100 },
      { id: 2, parent: 1, service: 'shop', at: 10, ms: 50 },
      { id: 3, parent: 1, service: 'shop', at: 20, ms: 50 },
    ),
  )
  const named = (nodes: readonly number[]) => {
    const text = [...toTraceEvents(tree, nodes, (value) => JSON.stringify(value))].join('')
    const events: TraceEvent[] = JSON.parse(text).traceEvents
    const spans = events.filter(isOfSpan)
    const names = events.filter(({ ph }) => ph === 'M')
    for (const { pid, tid } of names)
      expect(spans.some((span) => span.pid === pid && (tid === undefined || span.tid === tid))).toBe(true)
    return names.map(({ args }) => args?.name)
  }
  expect(named([0, 1, 2])).toEqual(['web', 'shop', 'lane 1', 'lane 1', 'lane 2'])
  expect(named([2])).toEqual(['shop', 'lane 1'])
  expect(named([])).toEqual([])
})

test('siblings that overlap lie in two lanes, those that do not in that of their parent', () => {
  const { events } = written(
    makeTrace(
      { id: 1, ms: 100 },
      { id: 2, parent: 1, at: 10, ms: 50 },
      { id: 3, parent: 1, at: 20, ms: 10 },
      { id: 4, parent: 1, at: 70, ms: 10 },
      { id: 5, parent: 4, at: 71, ms: 5, service: 'db' },
    ),
  )
  const lanes = events.filter(({ ph }) => ph === 'X').map(({ pid, tid }) => [pid, tid])
  expect(lanes).toEqual([
    [1, 1],
    [1, 1],
    [1, 2],
    [1, 1],
    [2, 3],
  ])
  const names = events.filter(({ ph }) => ph === 'M').map(({ args }) => args?.name)
  expect(names).toEqual(['shop', 'db', 'lane 1', 'lane 2', 'lane 1'])
})

describe('a span without a usable end has begun, and no end is made up', () => {
  test.each([
    ['end-missing', 'has no end'],
    ['end-before-start', 'ended before it began'],
  ] as const)('%s: an event that only begins, in a lane of its own, and says why', (mark, why) => {
    const hung = makeSpan({ id: 2, parent: 1, at: 10, marks: [mark] })
    const events = [{ name: 'retry', timeNanos: EPOCH + 30_000_000n, attributes: [] }]
    const { spans } = makeTrace(
      { id: 1, ms: 100 },
      { id: 3, parent: 1, at: 20, ms: 10 },
      { id: 4, parent: 2, at: 12, ms: 5 },
    )
    const { events: all } = written({ traceId: 'a'.repeat(32), spans: [...spans, { ...hung, events }] })
    const told = all.filter(({ ph }) => ph !== 'M').map(({ ph, name, tid, ts }) => [ph, name, tid, ts / 1000])
    // What it called lies in it, and what runs beside it in the lane of their caller.
    expect(told).toEqual([
      ['X', 'span 1', 1, 0],
      ['B', 'span 2', 2, 10],
      ['X', 'span 4', 2, 12],
      ['X', 'span 3', 1, 20],
      ['i', 'retry', 2, 30],
    ])
    const [begun] = all.filter(({ ph }) => ph === 'B')
    expect(begun).not.toHaveProperty('dur')
    expect(begun?.args).toMatchObject({ spanId: spanId(2), unfinished: why })
    const ended = all.filter(({ ph }) => ph === 'X')
    for (const { args } of ended) expect(args).not.toHaveProperty('unfinished')
  })

  test('what it calls in another service has an arrow, from the moment of the call', () => {
    const { events } = written(
      makeTrace({ id: 1, marks: ['end-missing'] }, { id: 2, parent: 1, at: 7, ms: 5, service: 'db' }),
    )
    const arrow = events.filter(({ ph }) => ph === 's' || ph === 'f').map(({ ph, ts }) => [ph, ts / 1000])
    expect(arrow).toEqual([
      ['s', 7],
      ['f', 7],
    ])
  })
})

/** Microseconds that are these nanoseconds for any reader that rounds. */
const micros = (nanos: number) => expect.closeTo(nanos / 1000, 3)

describe('an arrow is one that a reader can draw: to another span, and never back in time', () => {
  test('whatever the trace', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyTrace, soundTrace, tightTrace),
        fc.func(fc.nat()),
        ({ spans, ...rest }, pick) => {
          const linked = spans.map((span, i) => {
            const { traceId, spanId } = {
              ...rest,
              ...(spans[pick(i) % spans.length] as Trace['spans'][number]),
            }
            return { ...span, links: [{ traceId, spanId, attributes: [] }] }
          })
          const { events } = written({ ...rest, spans: linked })
          const begins = events.filter(({ ph }) => ph === 's')
          const ends = events.filter(({ ph }) => ph === 'f')
          for (const [i, { ts, tid }] of begins.entries()) {
            const end = ends[i] as TraceEvent
            if (end.tid === tid) expect(end.ts).toBeGreaterThan(ts)
            else expect(end.ts).toBeGreaterThanOrEqual(ts)
          }
        },
      ),
    )
  })

  const MS = 1000
  /** Span 2 links to span 1. */
  const linked = (
    first: Partial<Parameters<typeof makeSpan>[0]>,
    second: Partial<Parameters<typeof makeSpan>[0]>,
  ) => {
    const links = [{ traceId: 'a'.repeat(32), spanId: spanId(1), attributes: [] }]
    const spans = [makeSpan({ id: 1, ...first }), { ...makeSpan({ id: 2, ...second }), links }]
    return written({ traceId: 'a'.repeat(32), spans }).events
  }
  const arrows = (events: readonly TraceEvent[]) =>
    events.filter(({ ph }) => ph === 's' || ph === 'f').map(({ ph, ts, tid }) => [ph, ts / MS, tid])

  test.each([
    [
      'one that runs later, in the same lane',
      { ms: 10 },
      { at: 20, ms: 10 },
      [
        ['s', 10, 1],
        ['f', 20, 1],
      ],
    ],
    [
      'one that runs meanwhile',
      { ms: 30 },
      { at: 20, ms: 30 },
      [
        ['s', 20, 1],
        ['f', 20, 2],
      ],
    ],
    [
      'one that had begun before',
      { at: 20, ms: 30 },
      { ms: 30 },
      [
        ['s', 20, 2],
        ['f', 20, 1],
      ],
    ],
    ['its child, in its lane', { ms: 30 }, { parent: 1, at: 10, ms: 10 }, []],
    ['its parent, in its lane', { parent: 2, at: 10, ms: 10 }, { ms: 30 }, []],
    ['the next one in its lane, without a pause', { ms: 10 }, { at: 10, ms: 10 }, []],
    ['one that had ended before', { at: 20, ms: 10 }, { ms: 10 }, []],
  ])('from a span to %s', (_, first, second, expected) => {
    expect(arrows(linked(first, second))).toEqual(expected)
  })

  test('the link is among what the span holds in any case', () => {
    const held = linked({ ms: 30 }, { parent: 1, at: 10, ms: 10 }).filter(({ ph }) => ph === 'X')
    expect(held.map(({ args }) => args?.links)).toEqual([
      undefined,
      [{ traceId: 'a'.repeat(32), spanId: spanId(1), attributes: {} }],
    ])
  })
})

describe('no attribute is lost', () => {
  const argsOf = (trace: Trace) => written(trace).events.find(({ ph }) => ph === 'X')?.args
  const links = [{ traceId: 'b'.repeat(32), spanId: spanId(9), attributes: [['api_key', 'k-1'] as const] }]

  test.each([
    'spanId',
    'parentSpanId',
    'status',
    'statusMessage',
    'unfinished',
    'links',
    'resource',
    'attributes',
  ])('one with a name that is ours, %s, stands among those that have one', (name) => {
    const span = { ...makeSpan({ id: 1 }), statusMessage: 'late', links }
    const plain = argsOf({ traceId: 'a'.repeat(32), spans: [span] })
    const attributes = [[name, 'mine'] as const, ['http.route', '/cart'] as const]
    expect(argsOf({ traceId: 'a'.repeat(32), spans: [{ ...span, attributes }] })).toEqual({
      ...plain,
      'http.route': '/cart',
      attributes: { [name]: 'mine' },
    })
  })

  test('nor those of a link, which are masked as others are', () => {
    const trace = { traceId: 'a'.repeat(32), spans: [{ ...makeSpan({ id: 1 }), links }] }
    const link = { traceId: 'b'.repeat(32), spanId: spanId(9) }
    expect(argsOf(trace)?.links).toEqual([{ ...link, attributes: { api_key: 'k-1' } }])
    expect(argsOf(maskTrace(trace).trace)?.links).toEqual([{ ...link, attributes: { api_key: '[masked]' } }])
  })
})

test('nanoseconds are kept, the start is told, and events are there', () => {
  const first = makeSpan({ id: 1 })
  const { events, otherData } = written({
    traceId: 'a'.repeat(32),
    spans: [
      { ...first, startNanos: EPOCH + 1n, durationNanos: 12_345_678 },
      {
        ...makeSpan({ id: 2, parent: 1 }),
        startNanos: EPOCH + 1_002n,
        durationNanos: 999,
        attributes: [['http.route', '/cart']],
        events: [{ name: 'retry', timeNanos: EPOCH + 1_502n, attributes: [['n', 2]] }],
      },
    ],
  })
  expect(otherData).toMatchObject({ start: '2026-09-21T14:13:20.000000001Z', traceId: 'a'.repeat(32) })
  expect(events.filter(({ ph }) => ph !== 'M')).toMatchObject([
    { ph: 'X', ts: 0, dur: micros(12_345_678) },
    { ph: 'X', ts: micros(1001), dur: micros(999), args: { 'http.route': '/cart', parentSpanId: spanId(1) } },
    { ph: 'i', ts: micros(1501), name: 'retry', args: { n: 2 } },
  ])
})
