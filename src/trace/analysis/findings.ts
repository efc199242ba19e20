import { groupBy } from '../group.ts'
import { type Attributes, type AttributeValue, attribute, type Span, type SpanEvent } from '../model.ts'
import { underKeys } from '../span-view.ts'
import { endedDurations, percentile } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** More siblings of one name than this are a suspect (the threshold of Jaeger's N+1 check). */
const REPEATED_OVER = 10

/**
 * Many calls of one kind and of similar length, made by one span: what a loop around a query looks like. Nodes of the
 * tree. Durations are of the calls that have a usable end.
 */
export interface RepeatedCalls {
  readonly caller: number
  /** By start. */
  readonly calls: readonly number[]
  readonly sumNanos: number
  readonly p50Nanos: number
  readonly unfinished: number
  /** The known number that ran at one moment at most; 1 = one after another, where all have an end. */
  readonly atOnce: number
}

/** The nodes with the most self time, longest first, without those that have none, or of which it is not known. */
export function slowestSelf(tree: TraceTree, count: number): number[] {
  // A top-k selection instead of a sort: of 100,000 spans three are shown.
  const slowest: number[] = []
  const selfOf = (node: number) => tree.selfNanos(node) ?? 0
  let least = 0
  for (let node = 0; node < tree.count; node++) {
    const selfNanos = selfOf(node)
    if (selfNanos <= least) continue
    const at = slowest.findIndex((slower) => selfOf(slower) < selfNanos)
    slowest.splice(at < 0 ? slowest.length : at, 0, node)
    if (slowest.length > count) slowest.pop()
    if (slowest.length === count) least = selfOf(slowest[count - 1]!)
  }
  return slowest
}

/**
 * Failed spans below which nothing failed: where an error began. First those whose error reached the top, since others were
 * dealt with on the way; then deepest first, then earliest.
 */
export function rootCauses(tree: TraceTree): number[] {
  const causes: number[] = []
  for (let node = 0; node < tree.count; node++) {
    if (tree.errorsBelow(node) === 1 && tree.hasFailed(node)) causes.push(node)
  }
  const reached = reachedTop(tree)
  return causes.sort(
    (a, b) => reached[b]! - reached[a]! || tree.depth(b) - tree.depth(a) || tree.startOf(a) - tree.startOf(b),
  )
}

/** By node: 1 where it failed and all spans above it did. */
function reachedTop(tree: TraceTree): Uint8Array {
  const reached = new Uint8Array(tree.count)
  const queue = [...tree.roots, ...tree.detached]
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (!tree.hasFailed(node)) continue
    reached[node] = 1
    for (const child of tree.children(node)) queue.push(child)
  }
  return reached
}

/** Suspected N+1 groups, the costliest first. */
export function repeatedCalls(tree: TraceTree): RepeatedCalls[] {
  const found: RepeatedCalls[] = []
  for (let caller = 0; caller < tree.count; caller++) {
    if (tree.size(caller) <= REPEATED_OVER + 1) continue
    const children = tree.children(caller)
    if (children.length <= REPEATED_OVER) continue
    for (const calls of groupBy(children, (node) => tree.callKey(node)).values()) {
      if (calls.length <= REPEATED_OVER) continue
      const durations = endedDurations(tree, calls)
      if (!areAlike(durations, calls.length)) continue
      const sumNanos = durations.reduce((sum, nanos) => sum + nanos, 0)
      const p50Nanos = percentile(durations, 50)
      const unfinished = calls.length - durations.length
      found.push({ caller, calls, sumNanos, p50Nanos, unfinished, atOnce: mostAtOnce(tree, calls) })
    }
  }
  return found.sort((a, b) => b.sumNanos - a.sumNanos)
}

/**
 * At least half of all lie within a factor of two of the median: one slow call among many does not rule out a loop. Calls
 * without a usable end don't count among these.
 */
function areAlike(sorted: Float64Array, all: number): boolean {
  const median = percentile(sorted, 50)
  const near = sorted.filter((nanos) => nanos >= median / 2 && nanos <= median * 2)
  return near.length * 2 >= all
}

function mostAtOnce(tree: TraceTree, calls: readonly number[]): number {
  const ends = Float64Array.from(calls, (call) => tree.endOf(call)).sort()
  let most = 1
  let ended = 0
  for (const [i, call] of calls.entries()) {
    while (ends[ended]! <= tree.startOf(call) && ended < i) ended++
    most = Math.max(most, i + 1 - ended)
  }
  return most
}

/** An exception that a span recorded. Its texts are not yet sanitized for a terminal. */
export interface RecordedException {
  /** Where it was recorded; undefined: in attributes of the span itself. */
  readonly event: SpanEvent | undefined
  readonly type: AttributeText | undefined
  readonly message: AttributeText | undefined
  readonly stack: AttributeText | undefined
  /** Whether it left the span. Undefined: that is not said. */
  readonly escaped: boolean | undefined
}

interface AttributeText {
  readonly key: string
  readonly text: string
}

/**
 * Where the parts of an exception stand: OpenTelemetry's semantic conventions ("Exceptions"), then the log fields of
 * OpenTracing's, which Jaeger and Lightstep clients wrote.
 */
const OF_ANY = {
  type: ['exception.type'],
  message: ['exception.message'],
  stack: ['exception.stacktrace'],
} as const
const OF_ERROR_EVENT = {
  type: ['exception.type', 'error.kind', 'error.type'],
  message: ['exception.message', 'message', 'error.message', 'error.object'],
  stack: ['exception.stacktrace', 'stack', 'error.stack'],
} as const

const EXCEPTION_KEYS: readonly string[] = [
  ...Object.values(OF_ANY).flat(),
  ...Object.values(OF_ERROR_EVENT).flat(),
  'exception.escaped',
]

/** The exceptions of a span: of its events, the earliest first, else of its attributes. */
export function exceptionsOf(
  events: readonly SpanEvent[],
  attributes: () => Attributes,
): RecordedException[] {
  const found = eventsByTime(events).flatMap((event) => {
    const exception = readException(event.attributes, event)
    return exception ? [exception] : []
  })
  if (found.length > 0) return found
  const own = readException(attributes(), undefined)
  return own ? [own] : []
}

function readException(attributes: Attributes, event: SpanEvent | undefined): RecordedException | undefined {
  const places = event?.name === 'error' ? OF_ERROR_EVENT : OF_ANY
  const [type, message, stack] = [places.type, places.message, places.stack].map((keys) =>
    firstText(attributes, keys),
  )
  if (!type && !message && !stack) return undefined
  // The span's own attribute isn't an exception beside others.
  return { event, type, message, stack, escaped: event && escapedIn(attributes) }
}

/** Clients write it as a boolean or, as Python's, in words: `True`. */
function escapedIn(attributes: Attributes): boolean | undefined {
  const flag = String(attribute(attributes, 'exception.escaped')).toLowerCase()
  return flag === 'true' ? true : flag === 'false' ? false : undefined
}

function firstText(attributes: Attributes, keys: readonly string[]): AttributeText | undefined {
  for (const key of keys) {
    const text = attribute(attributes, key)
    if (typeof text === 'string' && text.trim() !== '') return { key, text }
  }
  return undefined
}

/** Events, the earliest first. Those without a time come last. Equal ones keep their order. */
export function eventsByTime(events: readonly SpanEvent[]): readonly SpanEvent[] {
  return events.length < 2 ? events : [...events].sort(laterBy)
}

function laterBy({ timeNanos: a }: SpanEvent, { timeNanos: b }: SpanEvent): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return a < b ? -1 : Number(a > b)
}

interface ErrorText {
  readonly text: string
  /** Where it stands in the span, in words. */
  readonly from: string
}

const KEYS: ReadonlySet<string> = new Set([...EXCEPTION_KEYS, 'error.message', 'error.type'])

/**
 * The most specific text about the error of a span: the message of the exception that failed it before the status message. Many
 * frameworks fill that with "internal". Messages go before mere types.
 */
export function errorText(span: Span): ErrorText | undefined {
  const known = underKeys(span, KEYS)
  // Parsed and masked on each access, so they are read once, and only where no event tells the message.
  let read: Attributes | undefined
  const attributes = (): Attributes => {
    read ??= known.attributes
    return read
  }
  const { statusMessage = '' } = span
  const exceptions = exceptionsOf(known.events, attributes)
  const failing = failingOf(exceptions)
  const lastPart = (part: Part) => lastOf(failing, part, statusMessage, exceptions.length)
  return (
    lastPart('message') ??
    ofAttribute(attributes(), 'exception.message') ??
    errorIn(statusMessage, 'the status message') ??
    ofAttribute(attributes(), 'error.message') ??
    lastPart('type') ??
    ofAttribute(attributes(), 'exception.type') ??
    ofAttribute(attributes(), 'error.type')
  )
}

type Part = 'message' | 'type'

/**
 * The exceptions that may have failed the span: those that left it, else those without that mark, else all. A mark that one has
 * not left it proves little: Python's SDK sets it on each, also on the cause.
 */
function failingOf(exceptions: readonly RecordedException[]): readonly RecordedException[] {
  const left = exceptions.filter(({ escaped }) => escaped === true)
  if (left.length > 0) return left
  const perhaps = exceptions.filter(({ escaped }) => escaped === undefined)
  return perhaps.length > 0 ? perhaps : exceptions
}

/** "internal", "Error" and "500" are too little to tell exceptions apart. */
const isSentence = (text: string): boolean => /\S\s+\S/.test(text)

/** The text of the last exception, or of the last of those that the status message is about. */
function lastOf(
  exceptions: readonly RecordedException[],
  part: Part,
  statusMessage: string,
  all: number,
): ErrorText | undefined {
  const speaking = exceptions.filter((exception) => exception[part] !== undefined)
  const isMeant = ({ message }: RecordedException): boolean =>
    message !== undefined &&
    (names(statusMessage, message.text) ||
      (isSentence(statusMessage) && message.text.includes(statusMessage)))
  const found = speaking.findLast(isMeant) ?? speaking.at(-1)
  const attributeText = found?.[part]
  if (found === undefined || attributeText === undefined) return undefined
  const { key, text } = attributeText
  if (found.event === undefined) return { text, from: `the attribute ${key}` }
  const among = all > 1 ? `, one of ${all} exceptions` : ''
  return { text, from: `${key} of the event ${found.event.name}${among}` }
}

/**
 * A message of one word counts where it is a word of the status. One as short as `7`, or a number, may stand in any status:
 * `KeyError: 7` names it, and `request 7 has failed` does not.
 */
function names(statusMessage: string, message: string): boolean {
  if (isSentence(message)) return statusMessage.includes(message)
  if (statusMessage === message || statusMessage.endsWith(`: ${message}`)) return true
  if (message.length < 4 || /^\d+$/.test(message)) return false
  const at = statusMessage.indexOf(message)
  const around = [statusMessage[at - 1], statusMessage[at + message.length]]
  return at >= 0 && around.every((char) => char === undefined || !/\w/.test(char))
}

function ofAttribute(attributes: Attributes, key: string): ErrorText | undefined {
  return errorIn(attribute(attributes, key), `the attribute ${key}`)
}

function errorIn(value: AttributeValue | undefined, from: string): ErrorText | undefined {
  return typeof value === 'string' && value.trim() !== '' ? { text: value, from } : undefined
}
