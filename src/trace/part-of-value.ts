import { shellWord } from '../text/shell-word.ts'
import type { AttributeCondition } from './attribute-condition.ts'

/** Pattern of a number: `5..`, `50\d`, `[45]\d\d`; with a dot between digits it is of an address or a version. */
const OF_NUMBERS = /^(?!.*\d\.\d)(?=.*\d)(?:\\d|\[\^?[\d-]+\]|[\d.()|?*+{},^$])+$/

/**
 * What helps who has found nothing with a condition that may be meant in another way: `x==5` of other languages, a pattern of a
 * number where the back end (`textOnly`) compares none with text, a part of a value. Undefined: none of them.
 */
export function likelyMeant(
  conditions: readonly AttributeCondition[] = [],
  textOnly?: string,
): string | undefined {
  for (const [, value, operator = '='] of conditions) {
    if (operator === '=' && /^[=<>"']/.test(value)) return `searched for the value ${shellWord(value)}`
    if (textOnly !== undefined && operator.includes('~') && OF_NUMBERS.test(value))
      return `=~ and !~ are for text in ${textOnly} and never match a number; compare a number with =, != or >=`
  }
  return partOfValue(conditions)
}

/** The same of a part of a value behind `=~`: grep takes a part, TraceQL the whole value. An end that is named is meant so. */
export function partOfValue(conditions: readonly AttributeCondition[] = []): string | undefined {
  for (const [key, pattern, operator] of conditions) {
    if (operator !== '=~' || /^(?:\^|\\A|\.\*|\(\?|$)|(?:\$|\\z|\.\*)$|\\Q/.test(pattern)) continue
    const part = pattern.includes('|') ? `(${pattern})` : pattern
    return `=~ and !~ match the whole value; for a part of it: --attr ${shellWord(`${key}=~.*${part}.*`)}`
  }
  return undefined
}
