import type { Span, Trace } from '../model.ts'

/** Maps an error to the one to throw, in words that fit where the document came from. */
export type Explain = (error: unknown) => unknown

/** Collects what a document holds: its spans by trace id, and whether numbers lost digits on the way. */
export class Collection {
  readonly #spans = new Map<string, Span[]>()
  #lastId = ''
  #last: Span[] = []
  /** The format was recognised: without spans the document is empty, not unknown. */
  recognised = false
  /** An integer beyond 2^53 came as a JSON number, so its last digits are wrong. */
  inexact = false
  /** Why the document is not the whole trace, as the server words it. */
  partial: string | undefined

  /** Applied to every error before it is thrown, also to errors of parts that are read lazily. */
  readonly explain: Explain

  constructor(explain: Explain = (error) => error) {
    this.explain = explain
  }

  /** The spans of a trace; the same array for the same id. */
  spansOf(traceId: string): Span[] {
    if (traceId === this.#lastId) return this.#last
    let spans = this.#spans.get(traceId)
    if (!spans) {
      spans = []
      this.#spans.set(traceId, spans)
    }
    this.#lastId = traceId
    this.#last = spans
    return spans
  }

  /** Adds spans of a trace. */
  add(traceId: string, more: readonly Span[]): void {
    const spans = this.spansOf(traceId)
    // No spread: 100,000 arguments are more than a call can take.
    for (const span of more) spans.push(span)
  }

  /** Merges another collection into this one. */
  absorb(other: Collection): void {
    for (const [traceId, spans] of other.#spans) this.add(traceId, spans)
    this.recognised ||= other.recognised
    this.inexact ||= other.inexact
    this.partial = other.partial ?? this.partial
  }

  /** Sets `inexact` when the value is an integer that JSON.parse has rounded. */
  check(value: unknown): void {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      this.inexact = true
  }

  /** One trace per id, in order of first appearance. Ids without spans are left out. */
  traces(): Trace[] {
    const { partial } = this
    return [...this.#spans]
      .filter(([, spans]) => spans.length > 0)
      .map(([traceId, spans]) => ({ traceId, spans, ...(partial !== undefined && { partial }) }))
  }
}
