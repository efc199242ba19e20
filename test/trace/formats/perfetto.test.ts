import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toTraceEvents } from '../../../src/trace/formats/trace-events.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { whyEndless } from '../../../src/trace/tree/span-facts.ts'
import { buildTree, type TraceTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace, soundTrace, tightTrace } from '../any-trace.ts'
import { HOSTILE, traceOf } from '../hostile-texts.ts'
import { makeSpan, spanId } from '../make.ts'

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

const isAbove = (tree: TraceTree, above: number, node: number) => node > above && node < tree.after(above)

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
})
