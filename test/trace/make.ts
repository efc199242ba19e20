import fc from 'fast-check'
import type { Span, SpanKind, SpanMark, SpanStatus, Trace } from '../../src/trace/model.ts'
import { NONE } from '../../src/trace/model.ts'

/** Nanoseconds since the epoch at which the traces of these tests begin. */
export const EPOCH = 1_790_000_000_000_000_000n

/** Short to write: times in milliseconds after the epoch, ids as small numbers. */
export interface Sketch {
  readonly id: number
  readonly parent?: number
  readonly name?: string
  readonly service?: string
  readonly kind?: SpanKind
  readonly status?: SpanStatus
  readonly message?: string
  readonly at?: number
  readonly ms?: number
  readonly marks?: readonly SpanMark[]
}

export function spanId(id: number): string {
  return id.toString(16).padStart(16, '0')
}

export function makeSpan(sketch: Sketch): Span {
  const { id, parent, name = `span ${id}`, service = 'shop', kind = 'internal', status = 'unset' } = sketch
  return {
    spanId: spanId(id),
    ...(parent !== undefined && { parentId: spanId(parent) }),
    name,
    service,
    kind,
    status,
    ...(sketch.message !== undefined && { statusMessage: sketch.message }),
    startNanos: EPOCH + BigInt(Math.round((sketch.at ?? 0) * 1e6)),
    durationNanos: Math.round((sketch.ms ?? 0) * 1e6),
    attributes: NONE,
    events: NONE,
    links: NONE,
    resource: NONE,
    marks: sketch.marks ?? NONE,
  }
}

export function makeTrace(...sketches: readonly Sketch[]): Trace {
  return { traceId: '11223344556677888899aabbccddeeff', spans: sketches.map(makeSpan) }
}

/** One span under another, `levels` deep, all five milliseconds long. */
export function makeChain(levels: number): Trace {
  const spans = Array.from({ length: levels }, (_, i) =>
    makeSpan({ id: i + 1, ...(i > 0 && { parent: i }), ms: 5 }),
  )
  return { traceId: '11223344556677888899aabbccddeeff', spans }
}

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
    marks: fc.subarray<SpanMark>(['start-missing', 'end-before-start', 'parent-unreadable'], {
      maxLength: 1,
    }),
  })

/** Traces with everything wrong that a source can get wrong. */
export const anyTrace: fc.Arbitrary<Trace> = fc
  .integer({ min: 0, max: 40 })
  .chain((count) => fc.array(anySketch(count), { minLength: count, maxLength: count }))
  .map((sketches) =>
    makeTrace(...sketches.map(({ parent, ...rest }) => (parent === undefined ? rest : { ...rest, parent }))),
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
