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
const WHOLE = /^\s*-?\d+\s*$/

/** Reads `http.response.status_code>=500`. Returns what is wrong with it, as the end of a sentence, when it is none. */
export function parseCondition(text: string): AttributeCondition | string {
  const condition = splitCondition(text)
  if (condition === undefined) return 'is not key=value'
  const [key, value, operator = '='] = condition
  if (SCOPE_ALONE.test(key)) return 'has no attribute name'
  if (/^[<>]/.test(operator)) {
    const number = plainNumber(value)
    return number === undefined ? 'needs a number to compare with' : [key, number, operator]
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

/**
 * Anchored at both ends, as in TraceQL. Go's flags stand in front: `(?i)` to ignore case, and `(?s)`, which holds anyway.
 * Undefined for a bad pattern.
 */
function toRegExp(pattern: string): RegExp | undefined {
  const [whole = '', flags = ''] = /^\(\?([is]+)\)/.exec(pattern) ?? []
  const bare = pattern.slice(whole.length)
  try {
    return new RegExp(`^(?:${fromRe2(bare)})$`, flags.includes('i') ? 'sui' : 'su')
  } catch {
    return undefined
  }
}

/** A number as JSON writes it (RFC 8259 §6); zeros before it do no harm. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i
/** Beyond, a number is infinite or zero. */
const MOST_EXPONENT = 308

/**
 * The number without an exponent, which the languages of back ends may not know: `5e2` → `500`. Undefined: this is none, or none
 * of 64 bits.
 */
function plainNumber(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent] = NUMBER.exec(text) ?? []
  if (whole === '') return undefined
  if (exponent === undefined) return text
  if (!Number.isFinite(Number(text))) return undefined
  const shift = Number(exponent)
  if (Math.abs(shift) > MOST_EXPONENT) return undefined
  const point = whole.length + shift
  const digits = `${'0'.repeat(Math.max(0, 1 - point))}${whole}${fraction}`.padEnd(point, '0')
  const at = Math.max(1, point)
  const [before, after] = [digits.slice(0, at).replace(/^0+(?=\d)/, ''), digits.slice(at)]
  return `${sign}${before}${after === '' ? '' : `.${after}`}`
}

/** What `[:name:]` in a class of RE2 stands for (Go's regexp/syntax), as the inside of a class. All are of ASCII. */
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: String.raw`\t `,
  cntrl: String.raw`\x00-\x1f\x7f`,
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: String.raw`!-\/:-@\[-\x60\{-~`,
  space: String.raw`\t-\r `,
  upper: 'A-Z',
  word: String.raw`\w`,
  xdigit: '0-9A-Fa-f',
}

/** A quotation (`\Q…\E`; without `\E` to the end), a class, an escape, or the beginning of a named group. */
const PART = /\\Q[\s\S]*?(?:\\E|$)|\\[pP][A-Z]|\[\^?\]?(?:\[:\w+:\]|\\[\s\S]|[^\]\\])*\]|\\[\s\S]|\(\?P</g

/** Punctuation that JavaScript takes no backslash before (with its flag `u`). */
const ESCAPED = /^\\[!"#%&',:;<=>@_`~-]$/

/**
 * A regular expression as Go and TraceQL write it (RE2), for JavaScript's flag `u`: escaped punctuation (`5\-0`), `[[:digit:]]` and
 * `(?P<name>…)`, `\pL`, `\A`, `\z` and `\Q…\E`. The rest is written the same in both, or is left for `RegExp` to refuse.
 */
const fromRe2 = (pattern: string): string =>
  pattern.replace(PART, (part) => {
    if (part === '(?P<') return '(?<'
    if (part.startsWith('\\Q')) return quoted(part)
    if (part === '\\A') return '^'
    if (part === '\\z') return '$'
    return part.startsWith('[')
      ? `[${part.slice(1).replace(/\[:(\w+):\]|\\[pP][A-Z]|\\[\s\S]/g, inClass)}`
      : escaped(part)
  })

/** A pattern whose last `\Q` is ended, so that something can be written behind it. */
export const withQuoteEnded = (pattern: string): string =>
  pattern.replace(PART, (part) => (part.startsWith('\\Q') && !part.endsWith('\\E') ? `${part}\\E` : part))

const quoted = (part: string): string =>
  part.replace(/^\\Q|\\E$/g, '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const inClass = (part: string, name: string | undefined): string =>
  name === undefined ? escaped(part) : (POSIX[name] ?? part)

function escaped(part: string): string {
  if (/^\\[pP][A-Z]/.test(part)) return `${part.slice(0, 2)}{${part[2]}}`
  return ESCAPED.test(part) ? `\\x${part.charCodeAt(1).toString(16)}` : part
}
