import type { TraceFilter } from '../../search.ts'

/**
 * The query syntax of Lightstep's streams and snapshots (docs: query-syntax): `key IN ("v")` joined by AND, exact
 * values. Durations are not part of it. Empty when the filter has no condition it can express.
 */
export function spanQuery(filter: TraceFilter): string {
  const clauses: string[] = []
  if (filter.service !== undefined) clauses.push(clause('service', filter.service))
  if (filter.name !== undefined) clauses.push(clause('operation', filter.name))
  for (const [key, value] of filter.attributes) clauses.push(clause(quotedValue(key), value))
  if (filter.errors) clauses.push(clause('"error"', 'true'))
  return clauses.join(' AND ')
}

/** The spans of one trace, by the low half of its id. */
export const traceQuery = (traceId: string): string => clause('lightstep.trace_id', traceId.slice(-16))

/** One span by its id. */
export const oneSpanQuery = (spanId: string): string => clause('lightstep.span_id', spanId)

const clause = (key: string, value: string): string => `${key} IN (${quotedValue(value)})`

const quotedValue = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** The canonical form of a query: without needless quotes and blanks, clauses and values sorted. */
export function canonical(query: string): string {
  const tokens = [...query.matchAll(/"((?:[^"\\]|\\.)*)"|([(),])|([^\s(),"]+)/g)].map(
    ([, text, mark, word]) =>
      text?.replace(/\\(.)/g, '$1') ?? (mark === undefined ? (word as string) : { mark }),
  )
  const clauses: string[] = []
  let [words, values, inside]: [string[], string[], boolean] = [[], [], false]
  for (const token of tokens) {
    if (typeof token === 'string') (inside ? values : words).push(token)
    else if (token.mark === '(') inside = true
    else if (token.mark === ')') {
      const [key = '', ...operator] = words[0]?.toUpperCase() === 'AND' ? words.slice(1) : words
      clauses.push(JSON.stringify([key, operator.join(' ').toUpperCase(), values.sort()]))
      ;[words, values, inside] = [[], [], false]
    }
  }
  return clauses.sort().join(' AND ')
}
