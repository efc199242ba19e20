import type { SpanData, TraceData } from '../trace-data.ts'

/** The query is in no TraceQL that this emulation knows: a real Tempo would answer it, or refuse it as well. */
export class UnknownQuery extends Error {}

/**
 * Whether a span of the trace meets every condition of `{ A && B … }`, the form that `trace search` compiles its flags
 * to. Throws UnknownQuery for any other.
 */
export function matches(trace: TraceData, query: string): boolean {
  return matchingSpans([trace], query).length > 0
}

/** The spans that meet every condition. */
export function matchingSpans(traces: readonly TraceData[], query: string): SpanData[] {
  const inside = /^\s*\{(.*?)\}/.exec(query)?.[1]?.trim()
  if (inside === undefined) throw new UnknownQuery(`syntax error: no closing brace in ${query}`)
  const conditions = inside === '' ? [] : inside.split(' && ').map(readCondition)
  return traces.flatMap(({ spans }) => {
    const took = durationNanos(spans)
    return spans.filter((span) => conditions.every((holds) => holds(span, took)))
  })
}

type Condition = (span: SpanData, traceNanos: number) => boolean

function readCondition(text: string): Condition {
  const anyOf = text.replace(/^\((.*)\)$/, '$1').split(' || ')
  if (anyOf.length > 1) {
    const each = anyOf.map(readCondition)
    return (span, took) => each.some((holds) => holds(span, took))
  }
  const [, field, operator = '', literal = ''] =
    /^((?:[^\s=!<>"]|"[^"]*")+)\s*(=~|!~|!=|>=|<=|=|>|<)\s*(.+)$/.exec(text.trim()) ?? []
  if (field === undefined || !KNOWN.test(field))
    throw new UnknownQuery(`syntax error: unknown field in ${text}`)
  // A keyword is no string: Tempo refuses to compare them.
  if (field === 'kind' && !KINDS.test(literal.trim()))
    throw new UnknownQuery(`syntax error: unexpected IDENTIFIER in ${text}`)
  // One event that fits is enough.
  if (field.startsWith('event.'))
    return ({ events = [] }) => events.some(({ tags }) => compare(tags[bareName(field)], operator, literal))
  if (field === 'event:name')
    return ({ events = [] }) => events.some(({ name }) => compare(name, operator, literal))
  return (span, took) => compare(fieldOf(span, field, took), operator, literal)
}

/** The name of an attribute without its scope and its quotes. */
const bareName = (field: string): string => /^\w*\."?([^"]+)"?$/.exec(field)?.[1] ?? ''

/** One group a combination of values of the fields in `by (A, B)`: undefined where a span has none. */
export function groupsOf(
  fields: readonly string[],
  spans: readonly SpanData[],
): { readonly values: readonly unknown[]; readonly spans: SpanData[] }[] {
  const readers = fields.map(readField)
  const groups = new Map<string, { values: readonly unknown[]; spans: SpanData[] }>()
  for (const span of spans) {
    const values = readers.map((read) => read(span))
    const key = JSON.stringify(values.map(String))
    const group = groups.get(key) ?? { values, spans: [] }
    group.spans.push(span)
    groups.set(key, group)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

/** What a field says of a span; a duration in seconds, as metrics have it. Throws UnknownQuery for another name. */
export function readField(field: string): (span: SpanData) => unknown {
  if (!KNOWN.test(field)) throw new UnknownQuery(`syntax error: unknown field ${field}`)
  return (span) => (field === 'duration' ? durationNanos([span]) / 1e9 : fieldOf(span, field, 0))
}

const KNOWN =
  /^(name|status|kind|duration|traceDuration|trace:duration|span:id|event:name|(span|resource|event)?\.("[^"]+"|[^\s"]+))$/

const KINDS = /^(unspecified|internal|server|client|producer|consumer)$/

function fieldOf(span: SpanData, field: string, traceNanos: number): unknown {
  if (field === 'resource.service.name' || field === '.service.name') return span.service
  if (field === 'name') return span.name
  if (field === 'status') return span.error ? 'error' : 'unset'
  if (field === 'kind') return span.kind
  if (field === 'duration') return (span.endMicros - span.startMicros) * 1000
  if (field === 'traceDuration' || field === 'trace:duration') return traceNanos
  if (field === 'span:id') return span.spanId
  return span.tags[bareName(field)]
}

function compare(value: unknown, operator: string, literal: string): boolean {
  const text = /^"(.*)"$/.exec(literal)?.[1] ?? /^`(.*)`$/.exec(literal)?.[1] ?? nanosOf(literal.trim())
  if (value === undefined) return operator === '!='
  if (operator === '=') return String(value) === text
  if (operator === '!=') return String(value) !== text
  if (operator === '>=') return Number(value) >= Number(text)
  if (operator === '<=') return Number(value) <= Number(text)
  if (operator === '>') return Number(value) > Number(text)
  if (operator === '<') return Number(value) < Number(text)
  // A regular expression holds of text alone.
  if (operator.includes('~') && typeof value !== 'string') return false
  if (operator === '=~') return new RegExp(`^(?:${text})$`).test(String(value))
  if (operator === '!~') return !new RegExp(`^(?:${text})$`).test(String(value))
  return true
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
}

/** `300ms` in nanoseconds; anything else as it is. */
function nanosOf(literal: string): string {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/.exec(literal) ?? []
  return number === undefined ? literal : String(Number(number) * (UNITS[unit] ?? 1))
}

const durationNanos = (spans: readonly SpanData[]): number =>
  (Math.max(...spans.map(({ endMicros }) => endMicros)) -
    Math.min(...spans.map(({ startMicros }) => startMicros))) *
  1000
