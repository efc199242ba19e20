import fc from 'fast-check'
import type { Span, SpanKind, SpanMark, SpanStatus, Trace } from '../../src/trace/model.ts'
import { EPOCH, makeSpan, makeTrace } from './make.ts'

/*
 * Random traces, apart from make.ts: fast-check takes about a second to prepare texts of every script, and most tests
 * need no random trace.
 */

const NAMES = [
  'GET /api/v2/customers/{id}/orders/{orderId}/positions',
  'redis GET',
  'SELECT * FROM orders WHERE id = ?',
  '',
  '決済サービスへの問い合わせを行う処理',
  'e\u0301toile \u{1f9d1}\u{1f3fd} \u{1f1e9}\u{1f1ea}',
  '\u001b[31mred\u001b[0m',
  '\u202egnp.exe',
  '\u0301\u0301starts with marks',
  '한국어 이름 ᄀ',
  'tab\tand\nline',
  '\ud800 lone',
  'นี่คือชื่อ',
  'aﾞﾟｰ',
]

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
)

const anySketch = (count: number) =>
  fc.record({
    // Few ids and parents: duplicates, orphans, cycles and self-parents all occur.
    id: fc.integer({ min: 1, max: count + 1 }),
    parent: fc.option(fc.integer({ min: 1, max: count + 2 }), { nil: undefined, freq: 8 }),
    name,
    service: fc.oneof(fc.constantFrom('cart', 'payment', '決済', ''), name),
    kind: fc.constantFrom<SpanKind>('internal', 'server', 'client', 'producer', 'consumer', 'unspecified'),
    status: fc.constantFrom<SpanStatus>('unset', 'ok', 'error'),
    message: name,
    at: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double({ min: -1e3, max: 1e5, noNaN: true })),
    ms: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
    marks: fc.subarray<SpanMark>(['start-missing', 'end-missing', 'end-before-start', 'parent-unreadable'], {
      maxLength: 1,
    }),
  })

/** Traces with everything wrong that a source can get wrong. */
export const anyTrace: fc.Arbitrary<Trace> = fc
  .integer({ min: 0, max: 40 })
  .chain((count) => fc.array(anySketch(count), { minLength: count, maxLength: count }))
  .map((sketches) =>
    makeTrace(
      ...sketches.map(({ parent, ms, ...rest }) => ({
        ...rest,
        // As it is read: what has no usable end has no duration.
        ms: rest.marks.some((mark) => mark.startsWith('end-')) ? 0 : ms,
        ...(parent !== undefined && { parent }),
      })),
    ),
  )

/** Traces that are one sound tree with whole milliseconds: each span's parent is an earlier one. */
export const soundTrace: fc.Arbitrary<Trace> = fc
  .array(
    fc.record({
      up: fc.nat(),
      at: fc.integer({ min: -5, max: 60 }),
      ms: fc.integer({ min: 0, max: 60 }),
      kind: fc.constantFrom<SpanKind>('internal', 'client', 'server', 'consumer'),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) =>
    makeTrace(
      ...list.map(({ up, ...rest }, i) => ({ id: i + 1, ...(i > 0 && { parent: (up % i) + 1 }), ...rest })),
    ),
  )

/** Spans of any nanosecond that lie in their parent, and many that end with it. */
export const tightTrace: fc.Arbitrary<Trace> = fc
  .array(
    fc.record({
      up: fc.nat(),
      // Thousandths of what the parent leaves.
      after: fc.integer({ min: 0, max: 1000 }),
      lasts: fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 1000 })),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .chain((list) => fc.tuple(fc.constant(list), fc.integer({ min: 1, max: 10 ** 11 })))
  .map(([list, whole]) => {
    const spans: Span[] = []
    const offsets: (readonly [from: number, to: number])[] = []
    for (const [i, { up, after, lasts }] of list.entries()) {
      const parent = i === 0 ? undefined : up % i
      const [start, end] = offsets[parent ?? -1] ?? [0, whole]
      const from = start + Math.floor(((end - start) * after) / 1000)
      const to = from + Math.floor(((end - from) * lasts) / 1000)
      offsets.push([from, to])
      spans.push({
        ...makeSpan({ id: i + 1, ...(parent !== undefined && { parent: parent + 1 }) }),
        startNanos: EPOCH + BigInt(from),
        durationNanos: to - from,
      })
    }
    return { traceId: 'a'.repeat(32), spans }
  })
