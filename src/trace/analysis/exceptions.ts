import { type Attributes, attribute, type SpanEvent } from '../model.ts'

/** An exception that a span recorded. Its texts are not yet sanitized for a terminal. */
export interface RecordedException {
  /** Where it was recorded; undefined: in attributes of the span itself. */
  readonly event: SpanEvent | undefined
  readonly type: Said | undefined
  readonly message: Said | undefined
  readonly stack: Said | undefined
  /** Whether it left the span. Undefined: that is not said. */
  readonly escaped: boolean | undefined
}

/** A text that is not empty, and the attribute that holds it. */
interface Said {
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

/** All keys that {@link exceptionsOf} looks for. */
export const EXCEPTION_KEYS: readonly string[] = [
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
  // What an attribute of the span itself tells is no exception beside others.
  return { event, type, message, stack, escaped: event && escapedIn(attributes) }
}

/** Clients write it as a boolean or, as Python's, in words: `True`. */
function escapedIn(attributes: Attributes): boolean | undefined {
  const said = String(attribute(attributes, 'exception.escaped')).toLowerCase()
  return said === 'true' ? true : said === 'false' ? false : undefined
}

function firstText(attributes: Attributes, keys: readonly string[]): Said | undefined {
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
