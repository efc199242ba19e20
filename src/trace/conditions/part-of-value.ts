import { shellWord } from '../../text/shell-word.ts'
import type { AttributeCondition } from './attribute-condition.ts'

/**
 * What helps who has written a part of a value behind `=~` and found nothing: grep takes a part, TraceQL the whole value.
 * Undefined where no condition can be meant so.
 */
export function partOfValue(conditions: readonly AttributeCondition[] = []): string | undefined {
  for (const [key, pattern, operator] of conditions) {
    if (operator !== '=~') continue
    const part = patternOfPart(pattern)
    if (part === pattern || pattern === '') continue
    return `=~ and !~ are for the whole value; for a part of it: --attr ${shellWord(`${key}=~${part}`)}`
  }
  return undefined
}

/** Go's `(?i)` stays in front. An end that is named (`^`, `$`) or open (`.*`) is meant so, but not `\$` and `\.*`. */
function patternOfPart(pattern: string): string {
  const [, flags = '', rest = ''] = /^(\(\?i\))?(.*)$/s.exec(pattern) ?? []
  const [, start, bare = '', end] =
    /^(\^|\.\*)?(.*?)((?<=(?:^|[^\\])(?:\\\\)*)(?:\$|\.\*))?$/s.exec(rest) ?? []
  if (start !== undefined && end !== undefined) return pattern
  const inner = bare.includes('|') ? `(${bare})` : bare
  return `${flags}${start === '^' ? '' : '.*'}${inner}${end === '$' ? '' : '.*'}`
}
