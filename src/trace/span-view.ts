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
} from './model.ts'

/**
 * A span that delegates to another one (a decorator); subclasses override the differences. It copies nothing, and lazy parsing
 * below stays lazy.
 */
export class SpanView implements Span {
  readonly below: Span

  constructor(below: Span) {
    this.below = below
  }

  get spanId(): string {
    return this.below.spanId
  }

  get parentId(): string | undefined {
    return this.below.parentId
  }

  get name(): string {
    return this.below.name
  }

  get service(): string {
    return this.below.service
  }

  get kind(): SpanKind {
    return this.below.kind
  }

  get status(): SpanStatus {
    return this.below.status
  }

  get statusMessage(): string | undefined {
    return this.below.statusMessage
  }

  get startNanos(): bigint {
    return this.below.startNanos
  }

  get durationNanos(): number {
    return this.below.durationNanos
  }

  get attributes(): Attributes {
    return this.below.attributes
  }

  get events(): readonly SpanEvent[] {
    return this.below.events
  }

  get links(): readonly SpanLink[] {
    return this.below.links
  }

  get dropped(): Dropped | undefined {
    return this.below.dropped
  }

  get resource(): Attributes {
    return this.below.resource
  }

  get scope(): Scope | undefined {
    return this.below.scope
  }

  get marks(): readonly SpanMark[] {
    return this.below.marks
  }

  /** The same view of another span, if it changes values of attributes; else that span. */
  over(below: Span): Span {
    return below
  }
}

/** Of a span only what stands under some keys: in its attributes, and in those of its events. */
class KeysView extends SpanView {
  readonly #keys: ReadonlySet<string>

  constructor(below: Span, keys: ReadonlySet<string>) {
    super(below)
    this.#keys = keys
  }

  override get attributes(): Attributes {
    return this.#under(this.below.attributes)
  }

  override get events(): readonly SpanEvent[] {
    return this.below.events.map((event) => ({ ...event, attributes: this.#under(event.attributes) }))
  }

  #under(attributes: Attributes): Attributes {
    return attributes.filter(([key]) => this.#keys.has(key))
  }
}

/**
 * Attributes and events of a span under these keys alone; times of events are those of its source. A view that masks masks only
 * these. To mask all values of 100 failed spans took 8 ms of 180 (`trace get` of 10,000 spans, Node 24).
 */
export function underKeys(span: Span, keys: ReadonlySet<string>): Pick<Span, 'attributes' | 'events'> {
  return narrowed(span, keys)
}

function narrowed(span: Span, keys: ReadonlySet<string>): Span {
  return span instanceof SpanView ? span.over(narrowed(span.below, keys)) : new KeysView(span, keys)
}

export class RootView extends SpanView {
  override get parentId(): undefined {
    return undefined
  }
}

const isWithheld = ({ marks }: Pick<Span, 'marks'>): boolean => marks.includes('attributes-withheld')

export function countWithheld(spans: readonly Pick<Span, 'marks'>[]): number {
  let count = 0
  for (let i = 0; i < spans.length; i++) if (isWithheld(spans[i]!)) count += 1
  return count
}

/**
 * The notice for a person; undefined: the gateway withheld nothing. `top`: the requested span, when these are only it and the
 * spans below it.
 */
export function withheldNote(
  spans: readonly Pick<Span, 'marks'>[],
  top?: Pick<Span, 'marks'>,
): string | undefined {
  const count = countWithheld(spans)
  if (count === 0) return undefined
  if (top === undefined || !isWithheld(top))
    return `the attributes of ${count === 1 ? '1 span' : `${count} spans`} are withheld from you`
  const below = count === 1 ? '' : ` and of ${count - 1} below it`
  return `the attributes of this span${below} are withheld from you`
}
