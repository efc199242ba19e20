import { attributeText } from './formats/attributes-json.ts'
import type { AttributeValue } from './model.ts'

/** How an attribute is compared; each is an operator of TraceQL too. `=~` and `!~`: a regular expression for the whole value. */
type Operator = '=' | '!=' | '=~' | '!~' | '>' | '>=' | '<' | '<='

/** A condition on one attribute. `span.` and `resource.` in front of the key say where to look; without, in both. */
export type AttributeCondition = readonly [key: string, value: string, operator?: Operator]

/** Longer operators first; a key holds none of these characters. */
const CONDITION = /^([^=<>!]+?)(\s*)(!=|=~|!~|>=|<=|=|>|<)(.*)$/s
/** `span.=x` is a slip, and no query can ask for it. */
const SCOPE_ALONE = /^(?:span|resource|event|link|instrumentation)?\.$/
/** Without an exponent, which the languages of back ends may not know. */
const NUMBER = /^-?\d+(?:\.\d+)?$/
const WHOLE = /^\s*-?\d+\s*$/

/** Reads `http.response.status_code>=500`. Returns what is wrong with it, as the end of a sentence, when it is none. */
export function parseCondition(text: string): AttributeCondition | string {
  const condition = splitCondition(text)
  if (condition === undefined) return 'is not key=value'
  const [key, value, operator = '='] = condition
  if (SCOPE_ALONE.test(key)) return 'has no attribute name'
  if (/^[<>]/.test(operator)) {
    return NUMBER.test(value) ? condition : 'needs a number to compare with'
  }
  if (operator.includes('~') && toRegExp(value) === undefined) return 'is not a regular expression'
  return condition
}

/** The parts of a condition, where its value may be none that an attribute is compared with. Undefined: it has no operator. */
export function splitCondition(text: string): AttributeCondition | undefined {
  const [, key, blank, operator, rest] = CONDITION.exec(text) ?? []
  if (key === undefined || rest === undefined) return undefined
  // A value may begin with a blank, but not where another one stands before the operator: `x = 5`.
  if (operator === '=') return [key, blank === '' ? rest : rest.trim()]
  return [key, rest.trim(), operator as Operator]
}

/** Whether a condition with `=` can be written on an attribute of this name. */
export function canBeAsked(key: string): boolean {
  const read = parseCondition(`${key}=x`)
  return typeof read !== 'string' && read[0] === key && read[1] === 'x' && read[2] === undefined
}

/**
 * The condition as a predicate on a value. A missing value meets no condition, `!=` included, as in TraceQL. Of a list one
 * item is enough, as in Tempo from 2.5; where the condition excludes something, no item may be that.
 */
export function valueTest(condition: AttributeCondition): (value: AttributeValue | undefined) => boolean {
  const fits = textTest(condition)
  const excludes = condition[2]?.startsWith('!') === true
  const test = (value: AttributeValue | undefined): boolean => {
    if (value === undefined || value === null) return false
    if (!Array.isArray(value)) return fits(attributeText(value))
    return excludes ? value.length > 0 && value.every(test) : value.some(test)
  }
  return test
}

function textTest([, wanted, operator = '=']: AttributeCondition): (text: string) => boolean {
  const numeric = (test: (value: number | bigint, limit: number | bigint) => boolean) => {
    const limit = Number(wanted)
    const exactLimit = WHOLE.test(wanted) ? BigInt(wanted) : undefined
    return (text: string) => {
      if (text.trim() === '') return false
      const value = Number(text)
      // Beyond 2^53 two integers may be one number. A text too long for any number would take long to read.
      const isRounded = !Number.isSafeInteger(value) && Number.isFinite(value) && WHOLE.test(text)
      return isRounded && exactLimit !== undefined ? test(BigInt(text), exactLimit) : test(value, limit)
    }
  }
  const pattern = operator.includes('~') ? toRegExp(wanted) : undefined
  switch (operator) {
    case '=':
      return (text) => text === wanted
    case '!=':
      return (text) => text !== wanted
    case '=~':
      return (text) => pattern?.test(text) === true
    case '!~':
      return (text) => pattern?.test(text) === false
    case '>':
      return numeric((value, limit) => value > limit)
    case '>=':
      return numeric((value, limit) => value >= limit)
    case '<':
      return numeric((value, limit) => value < limit)
    case '<=':
      return numeric((value, limit) => value <= limit)
  }
}

/** What RE2 has and JavaScript reads in another way, or not at all. */
const ONLY_RE2 = /\[\[?\^?\[?:\w+:\]|\\[QEAzpP]|\(\?P/

/**
 * Anchored at both ends, as in TraceQL; `(?i)` in front ignores case, and `(?s)` holds anyway. Undefined for a bad pattern, and
 * where a file and a back end would differ.
 */
function toRegExp(pattern: string): RegExp | undefined {
  const [whole = '', flags = ''] = /^\(\?([is]+)\)/.exec(pattern) ?? []
  const bare = pattern.slice(whole.length)
  if (ONLY_RE2.test(bare)) return undefined
  try {
    return new RegExp(`^(?:${bare})$`, flags.includes('i') ? 'si' : 's')
  } catch {
    return undefined
  }
}
