import type {
  Attributes,
  Dropped,
  Scope,
  Span,
  SpanEvent,
  SpanKind,
  SpanLink,
  SpanMark,
  SpanStatus,
} from '../model.ts'

/**
 * Parses the expensive parts of a span from the raw form its format kept. One instance serves all spans of a document.
 */
export interface Details<Raw> {
  attributes(raw: Raw): Attributes
  events(raw: Raw): readonly SpanEvent[]
  links(raw: Raw): readonly SpanLink[]
  /** Only of a format that can say it. */
  dropped?(raw: Raw): Dropped | undefined
}

/** Wraps `details` so that their errors, thrown long after the document was read, go through `explain`. */
export function explained<Raw>(details: Details<Raw>, explain: (error: unknown) => unknown): Details<Raw> {
  const attempt = <Result>(read: () => Result): Result => {
    try {
      return read()
    } catch (error) {
      throw explain(error)
    }
  }
  return {
    attributes: (raw) => attempt(() => details.attributes(raw)),
    events: (raw) => attempt(() => details.events(raw)),
    links: (raw) => attempt(() => details.links(raw)),
    dropped: (raw) => attempt(() => details.dropped?.(raw)),
  }
}

/** The parts of a span that every reader of a trace needs, parsed eagerly. */
export type Skeleton = Omit<Span, 'attributes' | 'events' | 'links' | 'dropped'>

/**
 * A span whose attributes, events, links and counts of dropped ones are parsed on each access and not cached. A waterfall of
 * 100,000 spans reads those of a handful, and an export reads each once. All instances have the same members in the same order,
 * with or without a parent: one hidden class, so property access stays monomorphic and fast.
 */
export class LazySpan<Raw> implements Span {
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  readonly service: string
  readonly kind: SpanKind
  readonly status: SpanStatus
  readonly statusMessage: string | undefined
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly resource: Attributes
  readonly scope: Scope | undefined
  readonly marks: readonly SpanMark[]
  readonly #details: Details<Raw>
  readonly #raw: Raw

  constructor(skeleton: Skeleton, details: Details<Raw>, raw: Raw) {
    this.spanId = skeleton.spanId
    this.parentId = skeleton.parentId
    this.name = skeleton.name
    this.service = skeleton.service
    this.kind = skeleton.kind
    this.status = skeleton.status
    this.statusMessage = skeleton.statusMessage
    this.startNanos = skeleton.startNanos
    this.durationNanos = skeleton.durationNanos
    this.resource = skeleton.resource
    this.scope = skeleton.scope
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

  get dropped(): Dropped | undefined {
    return this.#details.dropped?.(this.#raw)
  }
}
