import { splitScope } from '../../attribute-scope.ts'
import type { TraceFilter } from '../../search.ts'

/**
 * The conditions of a filter in TraceQL (docs: traceql/construct-traceql-queries). They describe one span; where
 * nothing but durations is asked, those of the whole trace, since nearly every trace has a short span somewhere.
 */
export function traceql(filter: TraceFilter): string {
  const conditions: string[] = []
  if (filter.service !== undefined) conditions.push(`resource.service.name = ${quoted(filter.service)}`)
  if (filter.name !== undefined) conditions.push(`name = ${quoted(filter.name)}`)
  for (const [key, value] of filter.attributes) conditions.push(equals(key, value))
  if (filter.errors) conditions.push('status = error')
  const duration = conditions.length > 0 ? 'duration' : 'traceDuration'
  if (filter.minNanos !== undefined) conditions.push(`${duration} >= ${filter.minNanos}ns`)
  if (filter.maxNanos !== undefined) conditions.push(`${duration} <= ${filter.maxNanos}ns`)
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`
}

/** TraceQL does not compare a number with a text, and the flag does not say which of them the attribute is. */
function equals(key: string, value: string): string {
  const field = attributeField(key)
  const text = `${field} = ${quoted(value)}`
  const bare = /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value) || value === 'true' || value === 'false'
  return bare ? `(${text} || ${field} = ${value})` : text
}

/** `span.` and `resource.` say where to look; without, Tempo looks in both. */
function attributeField(key: string): string {
  const { scope = '', bare } = splitScope(key)
  return `${scope}.${/^[A-Za-z_][\w.-]*$/.test(bare) ? bare : quoted(bare)}`
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
