import { SPAN_KIND, splitScope } from '../../conditions/attribute-scope.ts'
import type { TraceFilter } from '../../search.ts'

/**
 * The query syntax of Lightstep's streams and snapshots (docs: query-syntax): `key IN ("v")` joined by AND, exact
 * values. Durations are not part of it. Empty when the filter has no condition it can express.
 */
export function spanQuery(filter: TraceFilter): string {
  const clauses: string[] = []
  if (filter.service !== undefined) clauses.push(clause('service', filter.service))
  if (filter.name !== undefined) clauses.push(clause('operation', filter.name))
  for (const [key, value, operator] of filter.attributes)
    clauses.push(clause(quotedValue(lightstepName(key)), value, operator === '!=' ? 'NOT IN' : 'IN'))
  if (filter.errors) clauses.push(clause('"error"', 'true'))
  return clauses.join(' AND ')
}

/**
 * The name of an attribute at Lightstep, which does not tell `span.` from `resource.`. What it has on its spans beside
 * them keeps its whole name: `span.kind`, `instrumentation.name`.
 */
export function lightstepName(key: string): string {
  const { scope = 'span', bare } = splitScope(key)
  return key !== SPAN_KIND && (scope === 'span' || scope === 'resource') ? bare : key
}

/** The spans of one trace, by the low half of its id. */
export const traceQuery = (traceId: string): string => clause('lightstep.trace_id', traceId.slice(-16))

/** One span by its id. */
export const oneSpanQuery = (spanId: string): string => clause('lightstep.span_id', spanId)

const clause = (key: string, value: string, operator = 'IN'): string =>
  `${key} ${operator} (${quotedValue(value)})`

const quotedValue = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** A text in quotes, or a bare word. */
const WORD = /"(?:[^"\\]|\\.)*"|[^\s(),"]+/sy
const IN = /\s*(NOT\s+)?IN\s*\(/iy
const AND = /\s*AND\s+/iy
const [COMMA, CLOSED, BLANKS] = [/\s*,/y, /\s*\)/y, /\s*/y]

/**
 * The canonical form of a query: without needless quotes and blanks, clauses and values sorted. A query that is not wholly
 * of such clauses is equal only to itself, letter by letter: what is not understood must not be left out.
 */
export function canonical(query: string): string {
  return clausesOf(query)?.sort().join(' AND ') ?? query.trim()
}

/** Each clause in one way of writing; undefined where not all of the query is clauses joined by AND. */
function clausesOf(query: string): string[] | undefined {
  let at = 0
  const next = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(query)
    if (found) at = pattern.lastIndex
    return found ?? undefined
  }
  const word = (): string | undefined => {
    next(BLANKS)
    const found = next(WORD)?.[0]
    return found?.startsWith('"') ? found.slice(1, -1).replace(/\\(.)/gs, '$1') : found
  }
  const clauses: string[] = []
  do {
    const [key, operator] = [word(), next(IN)]
    if (key === undefined || operator === undefined) return undefined
    const values: string[] = []
    do {
      const value = word()
      if (value === undefined) return undefined
      values.push(value)
    } while (next(COMMA))
    if (!next(CLOSED)) return undefined
    clauses.push(JSON.stringify([key, operator[1] !== undefined, values.sort()]))
  } while (next(AND))
  next(BLANKS)
  return at === query.length ? clauses : undefined
}
