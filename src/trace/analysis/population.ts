import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { groupBy } from '../group.ts'
import type { Attributes, AttributeValue, Span, Trace } from '../model.ts'
import { parseNanos } from '../nanos.ts'
import { fittingSpans, isOfWholeTrace, type TraceFilter } from '../search.ts'
import { percentile } from '../tree/fold.ts'
import { whyEndless } from '../tree/span-facts.ts'

/** A comparison, and the duration that divides the spans, where one does. */
export interface DividedPopulation {
  readonly comparison: Comparison
  readonly limitNanos: number | undefined
  /** The percentile itself, where nothing was over it, so that `limitNanos` is less; absent: it is the limit. */
  readonly loweredFromNanos?: number
  /** Spans in neither part, since their duration is unknown; absent: not known. */
  readonly unfinished?: number
  /** Attributes that hold lists, which are not compared; absent: not known. */
  readonly lists?: number
}

type IsSelected = (span: Span) => boolean

/**
 * The spans of traces that fit a filter, divided in two and counted trace by trace. They are kept only where a percentile of
 * all of them divides.
 */
export class Population {
  readonly #fitting: (trace: Trace) => readonly Span[]
  readonly #limit: Limit | undefined
  readonly #isSelected: IsSelected | undefined
  readonly #counter = new AttributeCounter()
  readonly #kept: (readonly Span[])[] = []
  readonly #byDuration: boolean
  #unfinished = 0

  constructor(filter: TraceFilter, selected: SelectedSpans) {
    // Durations alone are those of whole traces, and the search has judged them.
    this.#fitting = isOfWholeTrace(filter) ? ({ spans }) => spans : (trace) => fittingSpans(trace, filter)
    this.#limit = selected.by === 'duration' ? selected.over : undefined
    this.#isSelected = isSelectedBy(this.#limit)
    this.#byDuration = selected.by === 'duration'
  }

  add(trace: Trace): void {
    const fitting = this.#fitting(trace)
    // A call that hangs would count as the fastest of all.
    const spans = this.#byDuration ? fitting.filter((span) => whyEndless(span) === undefined) : fitting
    this.#unfinished += fitting.length - spans.length
    if (this.#isSelected) this.#counter.addTrace(spans, this.#isSelected)
    else this.#kept.push(spans)
  }

  /** The attributes of both parts. To be called once, after the last trace. */
  divided(): DividedPopulation {
    const { limitNanos, loweredFromNanos } = this.#dividing()
    const isOver: IsSelected = ({ durationNanos }) => durationNanos > Number(limitNanos)
    for (const spans of this.#kept) this.#counter.addTrace(spans, isOver)
    const { lists } = this.#counter
    return {
      comparison: this.#counter.comparison(),
      limitNanos,
      ...(loweredFromNanos !== undefined && { loweredFromNanos }),
      unfinished: this.#unfinished,
      lists,
    }
  }

  /**
   * A percentile is one of the durations (nearest rank). Where it is the longest one, as with a timeout that many share, nothing
   * is over it: then it is the one below.
   */
  #dividing(): Pick<DividedPopulation, 'limitNanos' | 'loweredFromNanos'> {
    if (this.#limit === undefined || 'nanos' in this.#limit) return { limitNanos: this.#limit?.nanos }
    const durations = this.#kept.flatMap((spans) => spans.map((span) => span.durationNanos))
    const sorted = Float64Array.from(durations).sort()
    const limit = percentile(sorted, this.#limit.percentile)
    const first = sorted.indexOf(limit)
    if (limit !== sorted.at(-1) || first === 0) return { limitNanos: limit }
    return { limitNanos: sorted[first - 1], loweredFromNanos: limit }
  }
}

/** Undefined: a percentile, which is known after the last trace. */
function isSelectedBy(limit: Limit | undefined): IsSelected | undefined {
  if (limit === undefined) return ({ status }) => status === 'error'
  return 'nanos' in limit ? ({ durationNanos }) => durationNanos > limit.nanos : undefined
}

type Group = 'selection' | 'baseline'

interface CountedTrace {
  readonly id: number
  /** With one span of the selection it is none of the rest. */
  readonly group: Group
}

interface CountedSpan {
  readonly span: number
  /** The part of its trace: spans of one part come one after the other. */
  readonly part: number
  readonly group: Group
  readonly trace: CountedTrace
}

/** How many spans and traces of each group are of a kind. */
class Count implements ValueCounts {
  readonly selection = { spans: 0, traces: 0 }
  readonly baseline = { spans: 0, traces: 0 }
  #lastSpan = -1
  /** The trace counted last. */
  #lastCounted = -1

  /** A span that holds a value twice counts once. */
  add(span: number, group: Group, trace: CountedTrace): void {
    if (span === this.#lastSpan) return
    this.#lastSpan = span
    this[group].spans += 1
    if (trace.id !== this.#lastCounted && trace.group === group) {
      this[group].traces += 1
      this.#lastCounted = trace.id
    }
  }
}

/** Whether groups of spans mostly have one value each: the spans of a group come one after the other. */
class Likeness {
  /** Groups of several spans, and those of them in which all have the same value. */
  #several = 0
  #alike = 0
  /** Of the group that is counted now: its number, the value of its first span, its spans, those of another value. */
  #group = 0
  #first: string | undefined
  #spans = 0
  #others = 0

  add(value: string, group: number): void {
    if (group !== this.#group) this.#endGroup()
    if (this.#spans === 0) this.#first = value
    this.#group = group
    this.#spans += 1
    if (value !== this.#first) this.#others += 1
  }

  get isUsual(): boolean {
    this.#endGroup()
    return this.#alike * 2 > this.#several
  }

  #endGroup(): void {
    if (this.#spans > 1) {
      this.#several += 1
      if (this.#others === 0) this.#alike += 1
    }
    this.#spans = 0
    this.#others = 0
  }
}

class AttributeCount implements ComparedAttribute {
  readonly name: string
  readonly values = new Map<string, Count>()
  readonly #inTraces = new Likeness()
  readonly #inParts = new Likeness()

  constructor(name: string) {
    this.name = name
  }

  get isOfTrace(): boolean {
    return this.#inTraces.isUsual || this.#inParts.isUsual
  }

  add(value: string, { group, span, part, trace }: CountedSpan): void {
    let count = this.values.get(value)
    if (!count) {
      count = new Count()
      this.values.set(value, count)
    }
    count.add(span, group, trace)
    this.#inTraces.add(value, trace.id)
    this.#inParts.add(value, part)
  }
}

/** Counts the attributes of two groups of spans. Traces come one after the other. */
class AttributeCounter {
  readonly #spans = new Count()
  readonly #names = new AttributeCount('name')
  readonly #services = new AttributeCount('resource.service.name')
  /** By their key. The name, with the scope, is made once: there are millions of values. */
  readonly #ofSpans = new Map<string, AttributeCount>()
  readonly #ofResources = new Map<string, AttributeCount>()
  readonly #listsOfSpans = new Set<string>()
  readonly #listsOfResources = new Set<string>()
  #span = 0
  #part = 0
  #trace = 0

  /** Spans of one service are a part of their trace: each has its own hosts. */
  addTrace(spans: readonly Span[], isSelected: (span: Span) => boolean): void {
    this.#trace += 1
    const group = spans.some(isSelected) ? 'selection' : 'baseline'
    const trace = { id: this.#trace, group } as const
    for (const part of groupBy(spans, ({ service }) => service).values()) {
      this.#part += 1
      for (const span of part) this.#add(span, isSelected(span) ? 'selection' : 'baseline', trace)
    }
  }

  get lists(): number {
    return this.#listsOfSpans.size + this.#listsOfResources.size
  }

  comparison(): Comparison {
    const attributes = [this.#names, this.#services, ...this.#ofSpans.values(), ...this.#ofResources.values()]
    const { selection, baseline } = this.#spans
    return { selection, baseline, attributes }
  }

  #add(span: Span, group: Group, trace: CountedTrace): void {
    this.#span += 1
    const counted = { span: this.#span, part: this.#part, group, trace }
    this.#spans.add(this.#span, group, trace)
    this.#names.add(span.name, counted)
    this.#services.add(span.service, { ...counted, part: trace.id })
    this.#all('span.', this.#ofSpans, this.#listsOfSpans, span.attributes, counted)
    this.#all('resource.', this.#ofResources, this.#listsOfResources, span.resource, counted)
  }

  #all(
    scope: string,
    counts: Map<string, AttributeCount>,
    lists: Set<string>,
    attributes: Attributes,
    counted: CountedSpan,
  ): void {
    for (const [key, value] of attributes) {
      // The service of a span is counted already.
      const text = key === 'service.name' ? undefined : scalarText(value)
      if (text === undefined) {
        if (Array.isArray(value)) lists.add(key)
        continue
      }
      let count = counts.get(key)
      if (!count) {
        count = new AttributeCount(scope + key)
        counts.set(key, count)
      }
      count.add(text, counted)
    }
  }
}

/** As `--attr` compares it; undefined for null, lists, objects and bytes, which it cannot name. */
function scalarText(value: AttributeValue): string | undefined {
  return typeof value === 'object' ? undefined : String(value)
}

export interface GroupSize {
  readonly spans: number
  /**
   * In how many traces they are; a trace with a span of the selection is not one of the rest. As many as spans where only
   * spans are counted.
   */
  readonly traces: number
}

/** How often one value occurs in each group. */
export interface ValueCounts {
  readonly selection: GroupSize
  readonly baseline: GroupSize
}

export interface ComparedAttribute {
  /** With its scope: `span.http.route`, `resource.host.name`; `name` is that of the span. */
  readonly name: string
  /** Spans of a trace, or those of one service in it, mostly have the same value: a customer's id, a host. Then traces are counted. */
  readonly isOfTrace: boolean
  readonly values: ReadonlyMap<string, ValueCounts>
}

/** Two groups of spans: those to be explained, and the rest of the population. */
export interface Comparison {
  readonly selection: GroupSize
  readonly baseline: GroupSize
  readonly attributes: readonly ComparedAttribute[]
}

/** Which spans of a population are to be explained. */
export type SelectedSpans = { readonly by: 'errors' } | { readonly by: 'duration'; readonly over: Limit }

/** A duration, or a percentile of all durations of the population. Equal to it is not over it. */
export type Limit = { readonly nanos: number } | { readonly percentile: number }

/** `500ms`, `p95`, `p99.9`. Failure `usage`. */
export function parseLimit(text: string, flag: string): Limit {
  const percentile = Number(/^p(\d{1,2}(?:\.\d{1,3})?)$/i.exec(text.trim())?.[1])
  if (percentile > 0) return { percentile }
  if (/^[\d.]/.test(text.trim())) return { nanos: parseNanos(text, flag) }
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is neither a duration nor a percentile`, {
    hint: `Write it like ${flag} 500ms or ${flag} p95.`,
  })
}
