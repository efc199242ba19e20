import { Failure } from '../../errors.ts'
import type { AttributeCondition } from '../../trace/attribute-condition.ts'
import {
  kindsOf,
  SPAN_KIND,
  splitScope,
  THE_KINDS,
  textField,
  wrongKind,
} from '../../trace/attribute-condition.ts'
import type { TraceFilter } from '../../trace/search.ts'

/** Strings of TraceQL, which may hold anything. */
export const STRINGS = /"(?:[^"\\]|\\.)*"|`[^`]*`/g

/**
 * The conditions of a filter in TraceQL (docs: traceql/construct-traceql-queries). They describe one span; durations alone
 * apply to the whole trace, since nearly every trace has a short span somewhere. `ofSpan`: one more condition on the span,
 * which leaves the others unchanged. Failure `usage`: there is no such kind.
 */
export function traceql(filter: TraceFilter, ofSpan?: string): string {
  const conditions: string[] = []
  if (filter.service !== undefined)
    conditions.push(`resource.service.name = ${traceqlString(filter.service)}`)
  if (filter.name !== undefined) conditions.push(`name = ${traceqlString(filter.name)}`)
  for (const condition of filter.attributes) {
    conditions.push(condition[0] === SPAN_KIND ? ofKind(condition) : comparison(condition))
  }
  if (filter.errors) conditions.push('status = error')
  const duration = conditions.length > 0 ? 'duration' : 'traceDuration'
  if (filter.minNanos !== undefined) conditions.push(`${duration} >= ${filter.minNanos}ns`)
  if (filter.maxNanos !== undefined) conditions.push(`${duration} <= ${filter.maxNanos}ns`)
  if (ofSpan !== undefined) conditions.push(ofSpan)
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`
}

/**
 * TraceQL does not compare numbers with strings, and the flag does not give the type of the attribute: both are tried.
 * A comparison of different types is false, `!=` too.
 */
function comparison([key, value, operator = '=']: AttributeCondition): string {
  const field = attributeField(key)
  if (/^[<>]/.test(operator)) return `${field} ${operator} ${value}`
  // Before 2.7 Tempo looks for a part of the value (release notes).
  if (operator.includes('~')) return `${field} ${operator} ${traceqlString(`^(?:${value})$`)}`
  const text = `${field} ${operator} ${traceqlString(value)}`
  const bare = isNumber(value) || value === 'true' || value === 'false'
  // Tempo refuses to compare a field of text with anything else.
  return bare && textField(key) === undefined ? `(${text} || ${field} ${operator} ${value})` : text
}

/** TraceQL's field for the kind of a span: its values are keywords, which know no regular expressions. */
function ofKind(condition: AttributeCondition): string {
  const wrong = wrongKind(condition)
  if (wrong !== undefined) throw new Failure('usage', `--attr: ${wrong}`, { hint: THE_KINDS })
  const [, value, operator] = condition
  if (operator === '!=') return `kind != ${value}`
  const kinds = kindsOf(condition)
  const anyOf = kinds.map((kind) => `kind = ${kind}`).join(' || ')
  return kinds.length === 1 ? anyOf : `(${anyOf})`
}

/** Whether TraceQL reads the value as a number: a whole one of 64 bits, or a decimal one. */
function isNumber(value: string): boolean {
  // The sign is an operator of its own, so the least number of 64 bits cannot be written.
  if (/^-?(0|[1-9]\d{0,18})$/.test(value)) return BigInt(value.replace('-', '')) < 1n << 63n
  return /^-?(0|[1-9]\d{0,14})\.\d+$/.test(value)
}

/** `span.` and `resource.` say where to look; without, Tempo looks in both. */
export function attributeField(key: string): string {
  if (textField(key) !== undefined) return key
  const { scope = '', bare } = splitScope(key)
  return `${scope}.${quotedName(bare)}`
}

/** The name of an attribute, in quotes where signs of TraceQL or blanks in it would end it (Tempo's lexer: `isAttributeRune`). */
export const quotedName = (bare: string): string =>
  /^[A-Za-z_][\w./\\-]*$/.test(bare) ? bare : traceqlString(bare)

function traceqlString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** A comment of TraceQL ends with its line. */
const COMMENTS = /\/\/.*/g

/** A query that continues: on a line of its own, where the query may end in a comment. */
export const extendedQuery = (query: string, rest: string): string =>
  query.includes('//') ? `${query}\n${rest}` : `${query} ${rest}`

/** A query without what its strings and comments hold, which may look like a part of it. */
export const bareQuery = (query: string): string =>
  query.replaceAll(new RegExp(`${STRINGS.source}|${COMMENTS.source}`, 'g'), (part) =>
    part.startsWith('//') ? '' : '""',
  )
