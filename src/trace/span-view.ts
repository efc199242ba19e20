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
 * A span that delegates to another one (a decorator); subclasses override what differs. Nothing is copied, and what the
 * span below parses lazily stays lazy.
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
}

/** The span as its source gives it, below all views. Nothing is masked, and so none is counted as masked. */
export function asReported(span: Span): Span {
  let below = span
  while (below instanceof SpanView) below = below.below
  return below
}

/** The span without its parent id. */
export class RootView extends SpanView {
  override get parentId(): undefined {
    return undefined
  }
}
