import type { Span, Trace } from '../model.ts'

/** Says an error in the words of whoever asked for the document. */
export type Explain = (error: unknown) => unknown

/** What one document is read into: its spans by trace, and whether numbers were lost on the way. */
export class Collection {
  readonly #spans = new Map<string, Span[]>()
  #lastId = ''
  #last: Span[] = []
  /** The document was recognised: with no spans in it, it is empty and not foreign. */
  known = false
  /** An integer beyond 2^53 came as a JSON number, so its last digits are wrong. */
  inexact = false
  /** Why the document is not the whole trace, in the words of the server. */
  partial: string | undefined

  /** Turns what goes wrong into what is thrown; also when a part that is read late goes wrong. */
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
    // Not by spreading: 100,000 arguments are more than a call can take.
    for (const span of more) spans.push(span)
  }

  /** Takes over what another document was read into. */
  absorb(other: Collection): void {
    for (const [traceId, spans] of other.#spans) this.add(traceId, spans)
    this.known ||= other.known
    this.inexact ||= other.inexact
    this.partial = other.partial ?? this.partial
  }

  /** Notes a number that JSON cannot have carried whole. */
  check(value: unknown): void {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      this.inexact = true
  }

  /** One trace for each id, in the order met. Empty arrays asked for and never filled are left out. */
  traces(): Trace[] {
    const { partial } = this
    return [...this.#spans]
      .filter(([, spans]) => spans.length > 0)
      .map(([traceId, spans]) => ({ traceId, spans, ...(partial !== undefined && { partial }) }))
  }
}
