import type { SpanData, TraceData } from '../trace-data.ts'

/**
 * Whether a span of the trace meets every condition of `{ A && B … }`, the form that `trace search` compiles its flags
 * to. What this does not understand holds, as an emulation that knows no TraceQL would have it.
 */
export function matches(trace: TraceData, query: string): boolean {
  const inside = /^\{(.*?)\}/.exec(query)?.[1]?.trim() ?? ''
  const conditions = inside === '' ? [] : inside.split(' && ').map(readCondition)
  const took = durationNanos(trace.spans)
  return trace.spans.some((span) => conditions.every((holds) => holds(span, took)))
}

type Condition = (span: SpanData, traceNanos: number) => boolean

function readCondition(text: string): Condition {
  const anyOf = text.replace(/^\((.*)\)$/, '$1').split(' || ')
  if (anyOf.length > 1) {
    const each = anyOf.map(readCondition)
    return (span, took) => each.some((holds) => holds(span, took))
  }
  const [, field = '', operator = '', literal = ''] = /^(\S+) (\S+) (.+)$/.exec(text) ?? []
  return (span, took) => {
    const value = fieldOf(span, field, took)
    return value === 'unknown field' || compare(value, operator, literal)
  }
}

function fieldOf(span: SpanData, field: string, traceNanos: number): unknown {
  if (field === 'resource.service.name') return span.service
  if (field === 'name') return span.name
  if (field === 'status') return span.error ? 'error' : 'unset'
  if (field === 'kind') return span.kind
  if (field === 'duration') return (span.endMicros - span.startMicros) * 1000
  if (field === 'traceDuration' || field === 'trace:duration') return traceNanos
  const attribute = /^(?:span|resource)?\."?([^"]+)"?$/.exec(field)?.[1]
  return attribute === undefined ? 'unknown field' : span.tags[attribute]
}

function compare(value: unknown, operator: string, literal: string): boolean {
  const text = /^"(.*)"$/.exec(literal)?.[1] ?? /^`(.*)`$/.exec(literal)?.[1] ?? literal.replace(/ns$/, '')
  if (value === undefined) return operator === '!='
  if (operator === '=') return String(value) === text
  if (operator === '!=') return String(value) !== text
  if (operator === '>=') return Number(value) >= Number(text)
  if (operator === '<=') return Number(value) <= Number(text)
  if (operator === '>') return Number(value) > Number(text)
  if (operator === '<') return Number(value) < Number(text)
  if (operator === '=~') return new RegExp(`^(?:${text})$`).test(String(value))
  return true
}

const durationNanos = (spans: readonly SpanData[]): number =>
  (Math.max(...spans.map(({ endMicros }) => endMicros)) -
    Math.min(...spans.map(({ startMicros }) => startMicros))) *
  1000
