import type {
  Attributes,
  Scope,
  Span,
  SpanEvent,
  SpanKind,
  SpanLink,
  SpanMark,
  SpanStatus,
} from '../model.ts'

/** Reads the costly parts of a span from what its format kept of it. One for all spans of a document. */
export interface Details<Raw> {
  attributes(raw: Raw): Attributes
  events(raw: Raw): readonly SpanEvent[]
  links(raw: Raw): readonly SpanLink[]
}

/** The parts of a span every reader of a trace needs, read at once. */
export type Skeleton = Omit<Span, 'attributes' | 'events' | 'links'>

/**
 * A span whose attributes, events and links are read each time they are asked for. A waterfall of 100,000 spans asks
 * for those of a handful, and an export for each once, so nothing is kept.
 */
export class LazySpan<Raw> implements Span {
  readonly spanId: string
  declare readonly parentId?: string
  readonly name: string
  readonly service: string
  readonly kind: SpanKind
  readonly status: SpanStatus
  declare readonly statusMessage?: string
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly resource: Attributes
  declare readonly scope?: Scope
  readonly marks: readonly SpanMark[]
  readonly #details: Details<Raw>
  readonly #raw: Raw

  constructor(skeleton: Skeleton, details: Details<Raw>, raw: Raw) {
    this.spanId = skeleton.spanId
    if (skeleton.parentId !== undefined) this.parentId = skeleton.parentId
    this.name = skeleton.name
    this.service = skeleton.service
    this.kind = skeleton.kind
    this.status = skeleton.status
    if (skeleton.statusMessage !== undefined) this.statusMessage = skeleton.statusMessage
    this.startNanos = skeleton.startNanos
    this.durationNanos = skeleton.durationNanos
    this.resource = skeleton.resource
    if (skeleton.scope !== undefined) this.scope = skeleton.scope
    this.marks = skeleton.marks
    this.#details = details
    this.#raw = raw
  }

  get attributes(): Attributes {
    return this.#details.attributes(this.#raw)
  }

  get events(): readonly SpanEvent[] {
    return this.#details.events(this.#raw)
  }

  get links(): readonly SpanLink[] {
    return this.#details.links(this.#raw)
  }
}
