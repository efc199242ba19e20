import { fromHeaderValue } from './header-value.ts'
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
