import { shellWord } from '../../text/shell-word.ts'
import { type AttributeCondition, parseCondition } from './attribute-condition.ts'
import { withQuoteEnded } from './re2.ts'

/**
 * What helps who has found nothing with a condition that other languages write so, and is a value here: `x==5`, `x=>5`, `x="a"`.
 * Undefined where no condition can be meant so.
 */
export function likelyMeant(conditions: readonly AttributeCondition[] = []): string | undefined {
  for (const [key, value, operator = '='] of conditions) {
    const meant = operator === '=' ? otherWriting(key, value) : undefined
    if (meant !== undefined)
      return `the value that was looked for is ${shellWord(value)}; for another: --attr ${shellWord(meant)}`
  }
  return partOfValue(conditions)
}

/** The condition that `key=value` may be meant as. Undefined: none, or none that could be typed and mean just that. */
function otherWriting(key: string, value: string): string | undefined {
  const [, sign = '', rest = ''] = /^(?:(==?|[<>]=?)\s*)?(.*)$/s.exec(value) ?? []
  const bare = /^(["'])(.*)\1$/s.exec(rest)?.[2] ?? rest
  if (sign === '' && bare === value) return undefined
  const operator = `${sign.replaceAll('=', '')}=`
  const read = parseCondition(`${key}${operator}${bare}`)
  if (typeof read === 'string') return undefined
  const [sameKey, text, sameOperator = '='] = read
  const isMeant = sameKey === key && sameOperator === operator && /^[^=<>"']/.test(text)
  return isMeant ? `${key}${operator}${bare}` : undefined
}

/**
 * What helps who has written a part of a value behind `=~` and found nothing: grep takes a part, TraceQL the whole value.
 * Undefined where no condition can be meant so.
 */
export function partOfValue(conditions: readonly AttributeCondition[] = []): string | undefined {
  for (const [key, pattern, operator] of conditions) {
    if (operator !== '=~') continue
    const part = patternOfPart(withQuoteEnded(pattern))
    if (part === undefined) continue
    return `=~ and !~ are for the whole value; for a part of it: --attr ${shellWord(`${key}=~${part}`)}`
  }
  return undefined
}

/**
 * Go's `(?i)` and `(?s)` stay in front. An end that is named (`^` or `\A`, `$` or `\z`) or open (`.*`) is meant so, but not `\$` and
 * `\.*`. Undefined where both are, or where there is nothing between.
 */
function patternOfPart(pattern: string): string | undefined {
  const [, flags = '', rest = ''] = /^(\(\?[is]+\))?(.*)$/s.exec(pattern) ?? []
  const [, start, bare = '', end] =
    /^(\^|\\A|\.\*)?(.*?)((?<=(?:^|[^\\])(?:\\\\)*)(?:\$|\\z|\.\*))?$/s.exec(rest) ?? []
  if (bare === '' || (start !== undefined && end !== undefined)) return undefined
  const inner = bare.includes('|') ? `(${bare})` : bare
  const [before, after] = [start ?? '.*', end ?? '.*'].map((one) => (one === '.*' ? one : ''))
  return `${flags}${before}${inner}${after}`
}
