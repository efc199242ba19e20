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
