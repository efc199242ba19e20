import { type AttributeCondition, SPAN_KIND, splitScope, textField, valueTest } from './attributes.ts'
import { type Attributes, attribute, type Span, type Trace } from './model.ts'
import type { TimeRange } from './series.ts'
import { leastTimes, longestTop, unfinishedOf } from './tree/known-times.ts'
import { isEndless, type Unfinished, whyEndless } from './tree/span-facts.ts'
import { buildTree } from './tree/trace-tree.ts'

/** A search for traces. All conditions must hold of one span: its service, name, attributes and duration. */
export interface TraceFilter extends SpanFilter {
  readonly attributes: readonly AttributeCondition[]
  readonly errors: boolean
  /** The back end's own language, instead of the conditions above. */
  readonly query?: string
  /** Milliseconds since the epoch. */
  readonly fromMillis: number
  readonly toMillis: number
  readonly limit: number
}

/** Maximum of `--limit`. Tempo's own maximum. */
export const MOST_LIMIT = 10_000

/** The limit to continue with where a search has stopped at this one; undefined: there is no larger one. */
export const largerLimit = (limit: number): number | undefined =>
  limit < MOST_LIMIT ? Math.min(MOST_LIMIT, limit * 5) : undefined

/** The flags that make a filter, for hints. */
export const FILTER_FLAGS = '--service, --name, --attr, --min, --max and --error'

/** One line of a list of traces. What the back end does not report is absent. */
export interface TraceSummary {
  /** 32 hex digits, or 16 where only the low half is known. */
  readonly traceId?: string
  /** A matching span, from back ends that read traces by span id. */
  readonly span?: SpanSummary
  readonly rootService?: string
  readonly rootName?: string
  /** Nanoseconds since the epoch. */
  readonly startNanos?: bigint
  /** Of the trace, or of the span where only that is known. Undefined: its root has no usable end, or the back end gives no usable number. */
  readonly durationNanos: number | undefined
  /** Where the duration is not known: why. */
  readonly unfinished?: Unfinished
  /** The same: it took at least so long, up to the last end that is known. */
  readonly leastNanos?: number
  /** The duration is known in whole milliseconds only, rounded down. */
  readonly isInMillis?: boolean
  readonly spans?: number
  readonly errors?: number
  /** Names, as far as known. */
  readonly services: readonly string[]
}

interface SpanSummary {
  readonly spanId: string
  readonly service?: string
  readonly name?: string
}

export interface SearchResult {
  /** The latest first. */
  readonly traces: readonly TraceSummary[]
  /** There may be more: the back end stopped at the limit. */
  readonly truncated: boolean
  /** They are the latest of those that match, so what was left out is older. */
  readonly isLatest?: boolean
  /** The end of its range is rounded up to a whole second. */
  readonly endsInWholeSeconds?: boolean
  /** The query that was sent, in the back end's language. */
  readonly asked: string
  /** The back end puts its traces together now: each can be read some seconds later. */
  readonly isAssembling?: boolean
  /** The time range of the filter was not respected. */
  readonly isOfAnyTime?: boolean
  /** Notes for the user; safe for a terminal. */
  readonly notes?: readonly string[]
  /** Those notes may quote a server or a condition. */
  readonly notesQuote?: boolean
}

/** The id by which `trace get` shows this trace. */
export function idForTraceGet({ span, traceId }: TraceSummary): string {
  return span?.spanId ?? traceId ?? ''
}

/**
 * Whether these are examples of spans: a back end without a search gives them, perhaps several of one trace. False without any.
 */
export const isOfSpans = (found: readonly TraceSummary[]): boolean =>
  found.length > 0 && found.every(({ span }) => span !== undefined)

export function summariseTrace(trace: Trace): TraceSummary {
  const tree = buildTree(trace)
  // Of several roots, stray ones of a moment may have begun before it; the top of a part isn't a root.
  const unfinished = unfinishedOf(tree)
  const root = tree.roots.length > 0 ? tree.spans[longestTop(tree) ?? 0] : undefined
  return {
    traceId: trace.traceId,
    ...(root && { rootService: root.service, rootName: root.name }),
    ...(tree.isTimed && { startNanos: tree.startNanos }),
    ...(unfinished === undefined
      ? { durationNanos: tree.endNanos }
      : { durationNanos: undefined, unfinished: unfinished.why, leastNanos: tree.endNanos }),
    spans: tree.count,
    errors: tree.errors,
    services: tree.services.texts,
  }
}

/** The latest first; no back end promises an order. */
export function latestFirst(traces: readonly TraceSummary[]): TraceSummary[] {
  const start = (trace: TraceSummary) => trace.startNanos ?? 0n
  return [...traces].sort((a, b) => Number(start(b) > start(a)) - Number(start(b) < start(a)))
}

/** The slowest first. One whose duration is not known took at least what is known of it. */
export function slowestFirst(traces: readonly TraceSummary[]): TraceSummary[] {
  const time = ({ durationNanos, leastNanos = 0 }: TraceSummary) => durationNanos ?? leastNanos
  return [...traces].sort((a, b) => time(b) - time(a))
}

/**
 * The end, in milliseconds since the epoch, of a search for those that are older than these. It finds those again that began in
 * the last second or millisecond of it. Undefined: that is all of them, so another search would come no further.
 */
export function olderTo({ traces, endsInWholeSeconds }: SearchResult): number | undefined {
  const starts = traces.flatMap(({ startNanos }) => (startNanos === undefined ? [] : [startNanos]))
  const [latest, oldest] = [starts.reduce(later, 0n), starts.reduce(earlier, starts[0] ?? 0n)]
  const toMillis = endsInWholeSeconds ? millisOf(nextSecond(oldest)) : millisOf(oldest)
  return millisOf(latest) > toMillis ? toMillis : undefined
}

const later = (a: bigint, b: bigint) => (b > a ? b : a)
const earlier = (a: bigint, b: bigint) => (b < a ? b : a)
const millisOf = (nanos: bigint): number => Number(nanos / 1_000_000n)

/** The whole second at or after a time, both in nanoseconds. */
const nextSecond = (nanos: bigint): bigint => ((nanos + 999_999_999n) / 1_000_000_000n) * 1_000_000_000n

/** Whether a trace with this start is one of a time range; without a start it is as one of 1970. */
export function beganIn(startNanos = 0n, { fromMillis, toMillis }: TimeRange): boolean {
  const startMillis = millisOf(startNanos)
  // A time may have parts of a millisecond.
  return startMillis >= Math.floor(fromMillis) && startMillis <= toMillis
}

/** Whether a fully loaded trace matches; all conditions on a span must hold of the same span. */
export function matchesTrace(trace: Trace, summary: TraceSummary, filter: TraceFilter): boolean {
  if (!beganIn(summary.startNanos, filter)) return false
  if (isOfWholeTrace(filter)) return hasDuration(summary, filter)
  return fittingSpans(trace, filter).length > 0
}

/** The spans that fit a filter. One without a usable end took at least what is known of it. */
export function fittingSpans(trace: Trace, filter: SpanFilter): readonly Span[] {
  const { minNanos, ...others } = filter
  if (minNanos === undefined || !trace.spans.some(isEndless)) return trace.spans.filter(spanTest(filter))
  const tree = buildTree(trace)
  const least = leastTimes(tree)
  const fits = spanTest(others)
  return tree.spans.filter((span, node) => least[node]! >= minNanos && fits(span))
}

/** Whether the durations of the filter are those of whole traces: durations alone, as nearly every trace has a short span. */
export function isOfWholeTrace({
  service,
  name,
  attributes,
  errors,
  minNanos,
  maxNanos,
}: TraceFilter): boolean {
  const ofSpan = service !== undefined || name !== undefined || attributes.length > 0 || errors
  return !ofSpan && (minNanos !== undefined || maxNanos !== undefined)
}

/**
 * Whether the whole trace took as long as the filter asks for. One without a known end may have taken longer than any maximum, and
 * took at least what is known of it.
 */
export function hasDuration({ durationNanos, leastNanos = 0 }: TraceSummary, filter: TraceFilter): boolean {
  const { minNanos = 0, maxNanos = Number.POSITIVE_INFINITY } = filter
  if (durationNanos === undefined) return filter.maxNanos === undefined && leastNanos >= minNanos
  return durationNanos >= minNanos && durationNanos <= maxNanos
}

/** Conditions on one span; all of those given must hold. */
export interface SpanFilter {
  readonly service?: string
  readonly name?: string
  readonly attributes?: readonly AttributeCondition[]
  readonly minNanos?: number
  /** A span without a usable end may have taken longer, and does not fit. */
  readonly maxNanos?: number
  readonly errors?: boolean
}

/** The filter as a predicate. Keys are parsed once, not for each of 100,000 spans. */
export function spanTest(filter: SpanFilter): (span: Span) => boolean {
  const { service, name, errors, minNanos = 0, maxNanos = Number.POSITIVE_INFINITY } = filter
  const hasMost = filter.maxNanos !== undefined
  const carried = (filter.attributes ?? []).map(attributeTest)
  return (span) =>
    (service === undefined || span.service === service) &&
    (name === undefined || span.name === name) &&
    (!errors || span.status === 'error') &&
    span.durationNanos >= minNanos &&
    span.durationNanos <= maxNanos &&
    (!hasMost || whyEndless(span) === undefined) &&
    carried.every((test) => test(span))
}

/** A key that is itself called `span.x` is found under its whole name, too. */
function attributeTest(condition: AttributeCondition): (span: Span) => boolean {
  const [key] = condition
  const fits = valueTest(condition)
  const { scope, bare } = splitScope(key)
  const inSpan = scope === undefined || scope === 'span'
  const inResource = scope === undefined || scope === 'resource'
  const isKind = key === SPAN_KIND
  const beside = BESIDE[scope ?? '']
  const field = textField(key)
  return (span) => {
    const { attributes, resource, kind } = span
    return (
      (isKind && fits(kind)) ||
      (field?.(span).some(fits) ?? false) ||
      fits(attribute(attributes, key)) ||
      fits(attribute(resource, key)) ||
      (bare !== key &&
        ((inSpan && fits(attribute(attributes, bare))) || (inResource && fits(attribute(resource, bare))))) ||
      (beside?.(span).some((list) => fits(attribute(list, bare))) ?? false)
    )
  }
}

/** By scope, the attributes beside those of the span and its resource. Of events and links one match is enough, as in Tempo. */
const BESIDE: Readonly<Record<string, (span: Span) => readonly Attributes[]>> = {
  event: ({ events }) => events.map(({ attributes }) => attributes),
  link: ({ links }) => links.map(({ attributes }) => attributes),
  instrumentation: ({ scope }) => (scope === undefined ? [] : [scope.attributes]),
}
