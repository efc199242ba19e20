import { type Attributes, type AttributeValue, attribute, type Span, type SpanEvent } from '../model.ts'
import { underKeys } from '../span-view.ts'

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
