import { shellWord } from '../../text/shell-word.ts'
import type { AttributeCondition } from './attribute-condition.ts'

/** Signs of which a pattern of whole numbers can be made; a letter, `\.`, or a `-` that stands by itself is of other texts. */
const OF_NUMBERS = /^(?:\\d|\[\^?[\d-]+\]|[\d.()|?*+{},^$])+$/
/** Addresses and versions (`10.0.0`, `1.2.*`), or nobody can tell. */
const DOTTED = /\d\.\d/
/** Digits, then places for any digit: `5..`, `50\d`, `500`. */
const RANGE = /^\^?(\d+)((?:\.|\\d|\[0-9\])*)\$?$/

/**
 * What helps who has written a regular expression for a number where the back end (`name`) compares no number with text: it finds
 * nothing, `!~` too. Undefined where no condition can be meant so.
 */
export function patternOfNumber(conditions: readonly AttributeCondition[], name: string): string | undefined {
  for (const [key, pattern, operator] of conditions) {
    if (!operator?.includes('~') || !mayBeOfNumber(pattern)) continue
    const instead = (operator === '=~' && range(key, pattern)) || 'compare it with =, != or >='
    return `=~ and !~ are for text in ${name}, and hold of no number; of a number: ${instead}`
  }
  return undefined
}

const mayBeOfNumber = (pattern: string): boolean =>
  /\d|\\d/.test(pattern) && OF_NUMBERS.test(pattern) && !DOTTED.test(pattern)

/** The same condition on a number; undefined: the pattern is of no single range. */
function range(key: string, pattern: string): string | undefined {
  const [, digits, places = ''] = RANGE.exec(pattern) ?? []
  if (digits === undefined) return undefined
  const open = places.replaceAll(/\\d|\[0-9\]/g, '.').length
  // Larger numbers are none that can be written so.
  if (digits.length + open > 15) return undefined
  const flag = (condition: string) => `--attr ${shellWord(`${key}${condition}`)}`
  if (open === 0) return flag(`=${digits}`)
  const least = Number(digits) * 10 ** open
  return `${flag(`>=${least}`)} ${flag(`<${least + 10 ** open}`)}`
}
