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

/** The same details; what goes wrong with them is first shown to `explain`, long after the document was read. */
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
  }
}

/** The parts of a span every reader of a trace needs, read at once. */
export type Skeleton = Omit<Span, 'attributes' | 'events' | 'links'>

/**
 * A span whose attributes, events and links are read each time they are asked for. A waterfall of 100,000 spans asks
 * for those of a handful, and an export for each once, so nothing is kept. All have the same members in the same order,
 * whether there is a parent or not: to the engine they are of one kind, and reading one is as quick as reading the next.
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
}
