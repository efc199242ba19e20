import { fromBoth, fromDigits, type Reading } from './reading.ts'

// Each begins and ends at the edge of a word and repeats nothing that overlaps: a text is read once, however long it is.
const TRACEPARENT = /(?<![\w-])[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?!\w)/gi
/** Spring: `[checkout,TRACE,SPAN]`, with `,true` behind in Sleuth; `[TRACE-SPAN]` in Spring Boot 3. */
const SPRING = /\[(?:[^[\],]{0,200},)?([\da-f]{32}|[\da-f]{16})[,-]([\da-f]{16})(?:,[^[\],]{0,200})?\]/gi
/** Not a part of the name of a file: that of a file that is gone would be asked for as a trace. */
const TRACE_ID = /(?<![\w./\\-])[\da-f]{32}(?![\w/\\-]|\.\w)/gi

/** The headers of B3 and of Jaeger, whose values are only told by their names. */
const NAMED_HEADER =
  /(?<![\w-])(?:b3|uber-trace-id)["'`]?\s*[:=]\s*["'`]?([\da-f]{1,32}(?:-[\da-f]{16}(?:-[\da-f]{1,16}){0,2}|(?::[\da-f]{1,16}){3}))(?![\w:-])/gi

/**
 * The ids in a longer text that names none, where only one trace can be meant: the one traceparent, the one pair as Spring
 * logs it, or the one word of 32 hex digits.
 */
export function soleIds(text: string): Reading | undefined {
  return soleHeader(text) ?? onlyTrace(text)
}

/** A header or a pair in brackets names trace and span, so it is meant rather than what else looks like an id. */
export function soleHeader(text: string): Reading | undefined {
  const traceparents = [...text.matchAll(TRACEPARENT)].map(([found]) => found)
  const others = [...text.matchAll(NAMED_HEADER)].map(([, value = '']) => value)
  const header = only([...traceparents, ...others].map((value) => value.toLowerCase()))
  if (header !== undefined) return fromHeaderValue(header)
  const pairs = [...text.matchAll(SPRING)].map(([, trace = '', span = '']) =>
    `${trace} ${span}`.toLowerCase(),
  )
  const [trace, span] = only(pairs)?.split(' ') ?? []
  return trace === undefined || span === undefined ? undefined : fromBoth('header', trace, span)
}

function onlyTrace(text: string): Reading | undefined {
  const traces = [TRACEPARENT, TRACE_ID].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([found]) => traceOf(found).toLowerCase()),
  )
  const trace = only(traces)
  return trace === undefined ? undefined : fromDigits(trace, 'hex', trace)
}

/** The trace id of a traceparent, or the word itself. */
const traceOf = (found: string): string => found.split('-')[1] ?? found

function only(found: readonly string[]): string | undefined {
  const [one, another] = new Set(found)
  return another === undefined ? one : undefined
}

/** Values of headers that carry a trace from one service to the next. */
export function fromHeaderValue(text: string): Reading | undefined {
  return (
    fromTraceparent(text) ?? fromB3(text) ?? fromXRay(text) ?? fromUberTraceId(text) ?? fromCloudTrace(text)
  )
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; later versions may append fields. */
function fromTraceparent(text: string): Reading | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('traceparent', match[1], match[2]) : undefined
}

/** The single header of B3: `{trace id}-{span id}-{sampling}-{parent span id}`, the last two optional. */
function fromB3(text: string): Reading | undefined {
  const match = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(-[01d](-[0-9a-f]{16})?)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

/** AWS X-Ray: `1-{8 digits of time}-{24 digits}`, in its header with `Root=` before and `Parent=` behind. */
function fromXRay(text: string): Reading | undefined {
  const match = /^(?:Self=[^;]*;)?(?:Root=)?1-([0-9a-f]{8})-([0-9a-f]{24})(;.*)?$/i.exec(text)
  if (!match) return undefined
  const trace = `${match[1]}${match[2]}`
  const span = /;Parent=([0-9a-f]{16})(?:;|$)/i.exec(match[3] ?? '')?.[1]
  return span === undefined ? fromDigits(trace.toLowerCase(), 'header') : fromBoth('header', trace, span)
}

/** `uber-trace-id`: `{trace id}:{span id}:{parent id}:{flags}`, leading zeros left out. */
function fromUberTraceId(text: string): Reading | undefined {
  const match = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

/** `X-Cloud-Trace-Context`: `{trace id}/{span id as decimal};o={options}`. */
function fromCloudTrace(text: string): Reading | undefined {
  const match = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=\d)?$/i.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  const span = BigInt(match[2])
  if (span === 0n || span >= 1n << 64n) return fromDigits(match[1].toLowerCase(), 'header')
  return fromBoth('header', match[1], span.toString(16))
}

/** Brackets and quotes that stand around an id in a log or a chat. */
const AROUND = /^(?:"(.*)"|'(.*)'|`(.*)`|\[(.*)\]|\((.*)\)|<(.*)>|\{(.*)\})$/s

/**
 * The name of a field or header before an id: `trace_id=`, `"traceId": `, `Trace ID: `, `X-B3-TraceId: `. Not a host before its port:
 * `trace-ui:16686/trace/…`. Bounded: a text may repeat the words.
 */
const LABEL =
  /^["'`]?(?:[\w.-]{0,40}(?:trace|span)(?:[\w.-]{0,40}| id)|b3|root)["'`]?\s*(?:=|:(?!\d{1,5}\/))\s*/i

/** An X-Ray header begins with a field of its own, which belongs to its value. */
const IS_ROOT = /^root=/i

/** What nobody sees, and the byte order mark: chats and editors put it between words. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g
/** Quotes of JSON in a text of JSON, in which each level puts backslashes before them. */
const BACKSLASH = /\\(?=[\\"'`])/g

/** A text with the quotes of a programmer, and without characters that nobody sees. */
export const plain = (text: string): string =>
  text
    .replace(INVISIBLE, '')
    .replace(BACKSLASH, '')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛‹›]/g, "'")

/** A text without what stands around an id: brackets, quotes, the name of a field, punctuation. */
export function unwrapped(text: string): string {
  let bare = text.trim()
  // Each step makes it shorter.
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(/[.,;:!?]+$/, '')
    bare = bare.replace(
      AROUND,
      (_, ...inner: (string | undefined)[]) => inner.find((one) => one !== undefined) ?? '',
    )
    if (!IS_ROOT.test(bare)) bare = bare.replace(LABEL, '')
    // A quote or bracket whose other half went with the name of the field.
    bare = bare.replace(/^["'`]|["'`]$/g, '').trim()
  }
  return bare
}

/** Fields of a log line that hold an id; not `parent_span_id`. */
const FIELD =
  /(?<![\w.-])(?:x-b3-|dd\.|otel\.|mdc\.)?(trace|span)[ ._-]?id["'`]?\s*[=:]\s*["'`[]?([\w+/=-]{8,64})/gi

/**
 * The ids that a longer text names as such (`… trace_id=… span_id=…`), each only when there is just one. `isNone`: it names
 * nothing as an id.
 */
export function namedIds(text: string): {
  readonly trace: string | undefined
  readonly span: string | undefined
  readonly isNone: boolean
} {
  const found = { trace: new Set<string>(), span: new Set<string>() }
  for (const [, kind = '', id = ''] of text.matchAll(FIELD))
    found[kind.toLowerCase() as 'trace' | 'span'].add(id)
  const only = (ids: ReadonlySet<string>) => (ids.size === 1 ? [...ids][0] : undefined)
  const isNone = found.trace.size + found.span.size === 0
  return { trace: only(found.trace), span: only(found.span), isNone }
}
