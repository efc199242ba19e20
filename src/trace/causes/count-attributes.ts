import type { Attributes, AttributeValue, Span } from '../model.ts'
import type { ComparedAttribute, Comparison, GroupSize, ValueCounts } from './comparison.ts'

type Group = 'selection' | 'baseline'

/** How many spans and traces, and the last of each that was counted. */
class Count implements GroupSize {
  spans = 0
  traces = 0
  #lastSpan = -1
  #lastTrace = -1

  /** A span that holds a value twice counts once. */
  add(span: number, trace: number): void {
    if (span !== this.#lastSpan) this.spans += 1
    if (trace !== this.#lastTrace) this.traces += 1
    this.#lastSpan = span
    this.#lastTrace = trace
  }
}

/** The values of one attribute. */
class AttributeCount implements ComparedAttribute {
  readonly name: string
  readonly values = new Map<string, Record<Group, Count> & ValueCounts>()
  /** Traces in which several spans have the attribute, and those of them in which all have the same value. */
  #several = 0
  #alike = 0
  /** Of the trace that is counted now: its number, the value of its first span, its spans, those of another value. */
  #trace = 0
  #first: string | undefined
  #spans = 0
  #others = 0

  constructor(name: string) {
    this.name = name
  }

  get isOfTrace(): boolean {
    this.#endTrace()
    return this.#alike * 2 > this.#several
  }

  add(value: string, group: Group, span: number, trace: number): void {
    let counts = this.values.get(value)
    if (!counts) {
      counts = { selection: new Count(), baseline: new Count() }
      this.values.set(value, counts)
    }
    counts[group].add(span, trace)
    if (trace !== this.#trace) this.#endTrace()
    if (this.#spans === 0) this.#first = value
    this.#trace = trace
    this.#spans += 1
    if (value !== this.#first) this.#others += 1
  }

  #endTrace(): void {
    if (this.#spans > 1) {
      this.#several += 1
      if (this.#others === 0) this.#alike += 1
    }
    this.#spans = 0
    this.#others = 0
  }
}

/** Counts the attributes of two groups of spans. Traces come one after the other. */
export class AttributeCounter {
  readonly #sizes = { selection: new Count(), baseline: new Count() }
  readonly #names = new AttributeCount('name')
  readonly #services = new AttributeCount('resource.service.name')
  /** By their key. The name, with the scope, is made once: there are millions of values. */
  readonly #ofSpans = new Map<string, AttributeCount>()
  readonly #ofResources = new Map<string, AttributeCount>()
  #span = 0
  #trace = 0

  addTrace(spans: readonly Span[], isSelected: (span: Span) => boolean): void {
    this.#trace += 1
    for (const span of spans) {
      this.#span += 1
      const group = isSelected(span) ? 'selection' : 'baseline'
      this.#sizes[group].add(this.#span, this.#trace)
      this.#names.add(span.name, group, this.#span, this.#trace)
      this.#services.add(span.service, group, this.#span, this.#trace)
      this.#all('span.', this.#ofSpans, span.attributes, group)
      this.#all('resource.', this.#ofResources, span.resource, group)
    }
  }

  comparison(): Comparison {
    const attributes = [this.#names, this.#services, ...this.#ofSpans.values(), ...this.#ofResources.values()]
    return { ...this.#sizes, attributes }
  }

  #all(scope: string, counts: Map<string, AttributeCount>, attributes: Attributes, group: Group): void {
    for (const [key, value] of attributes) {
      // The service of a span is counted already.
      const text = key === 'service.name' ? undefined : scalarText(value)
      if (text === undefined) continue
      let count = counts.get(key)
      if (!count) {
        count = new AttributeCount(scope + key)
        counts.set(key, count)
      }
      count.add(text, group, this.#span, this.#trace)
    }
  }
}

/** As `--attr` compares it; undefined for null, lists, objects and bytes, which it cannot name. */
function scalarText(value: AttributeValue): string | undefined {
  return typeof value === 'object' ? undefined : String(value)
}
