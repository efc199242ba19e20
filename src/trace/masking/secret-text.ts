import type { AttributeValue } from '../model.ts'
import { replaceWritten } from './written-value.ts'

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/**
 * What begins like a JWT. One without a second part is matched, too, and kept: a pattern that wanted the dot would look for it
 * from each `eyJ` of a long run.
 */
const LIKE_JWT = /\beyJ[\w-]{8,}(?:\.[\w-]{8,}(?:\.[\w-]*)?)?/g

const maskJwt = (text: string): string => (text.includes('.') ? MASKED : text)

/**
 * Other values that are recognised whatever their key: private keys (PEM), bearer and basic credentials, API keys of big
 * vendors, e-mail addresses. In lower case, `basic` is a word of English too: a digit or a capital within must follow.
 */
const SENSITIVE_TEXT = new RegExp(
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/,
    /\b(?:Bearer|Basic|BEARER|BASIC)\s+[\w.~+/=-]{12,}/,
    /\b(?:bearer|basic)\s+(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[sr]k_live_\w{10,}/,
    /\bgh[pousr]_\w{20,}|\b[a-z]{2,12}_pat_\w{20,}|\bxox[a-z]-[\w-]{10,}/,
    /[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** What a value that is recognised in itself needs. Most URLs hold none of it. */
const RECOGNISED = /@|--|eyJ|earer\s|asic\s|EARER\s|ASIC\s|A[KS]IA|AIza|k_live_|gh\w_|_pat_|xox/

/** What every match of the patterns needs: most texts hold none of it. */
const HINT = new RegExp(`[=:]|${RECOGNISED.source}`)

/**
 * Values of sensitive parameters of a query or a fragment (`url.query` begins with one, and holds no space), and credentials in
 * URLs. Behind a blank `#state=` is no fragment: `issue #state=open`.
 */
const SENSITIVE_IN_URL =
  /((?:^(?=\S*$)|[?&;]|#(?!(?<=\s#)state=))(?:[\w.-]{0,64}(?:token|key|secret|password|passwd|pwd|code|signature|sig|session\w{0,16}|auth|email|jwt|state))=)[^&#;\s]+|(:\/\/)[^/@\s]+@/gi

/**
 * What a token's value stands behind. Parsers, too, say `token: `, `token=>`, `token=)` and `token=?`, code says `token==`,
 * and statements say `token=$1`. Ruby writes `:token=>"…"`.
 */
const TOKEN = /token(?==(?![=>]|[)?](?!\w)|\$\d{0,2}(?![\w$]))|=>\\*["'[{])/

const NAME = /password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token/

/** A name and what divides it from its value: `password=hunter2`, `api_key: "…"`. */
const SENSITIVE_NAME = new RegExp(
  `${/\b[\w-]{0,32}/.source}(?:${NAME.source}|${TOKEN.source})${/(?:\\*["']){0,2}\s{0,3}(?:=>|[=:])\s{0,3}/.source}`,
  'gi',
)

const BARE = /(?:[^\s,;&"'\\]+|\\+(?!["'\\]))+/y

const FLAG = /--[\w-]{0,32}(?:token|secret|password|passwd|api-?key|access-?key)/

/** A flag of a command line, and what is before its value: `--token=…`, `--password …`. */
const SENSITIVE_FLAG = new RegExp(`${FLAG.source}${/(?:=|\s{1,3}(?!-))/.source}`, 'gi')

/** In a command line other signs are a part of it. */
const BARE_ARGUMENT = /(?:[^\s"'\\]+|\\+(?!["'\\]))+/y

/** A flag as an argument of its own: its value is the next one. */
const BARE_FLAG = new RegExp(`^-?${FLAG.source.slice(1)}$`, 'i')

const isNumber = (value: AttributeValue): boolean => typeof value === 'number' || typeof value === 'bigint'

/** A text that begins with a dash cannot be told from the next flag. */
const isArgument = (value: AttributeValue): boolean => typeof value === 'string' && /^[^-]/.test(value)

/** Whether an item of a list of arguments is the value of the flag before it. */
export const isFlagsValue = (before: AttributeValue | undefined, value: AttributeValue): boolean =>
  typeof before === 'string' && BARE_FLAG.test(before) && (isNumber(value) || isArgument(value))

const MEMBER =
  /"[\w.-]{0,32}(?:token|cookie|authorization|session_?id|jwt|private_?key|access_?key|email|phone)(?:\\*"){1,2}\s{0,3}(?:=>|:)\s{0,3}/

/**
 * What is before a value of JSON: the name of a member (`"token": "…"`, `"sessionId": 7`), or the flag before it in a list
 * (`"--password", "…"`). A text that begins with a dash is taken for the next flag.
 */
const SENSITIVE_MEMBER = new RegExp(
  `${MEMBER.source}|${FLAG.source}${/\\*["'],\s{0,3}(?=\\*["'][^-]|-?\d)/.source}`,
  'gi',
)

const NUMBER = /-?\d[\d.]*/y

function maskInUrl(_: string, parameter: string | undefined, scheme: string | undefined): string {
  return parameter === undefined ? `${scheme}${MASKED}@` : parameter + MASKED
}

/** What every name of a member, of a flag or in a text holds: one look in place of three. */
const NAMED = /passw|pwd|secret|key|token|cookie|auth|session|jwt|email|phone/i

/** The values that stand behind their names. */
function maskNamed(text: string): string {
  if (!NAMED.test(text)) return text
  const withoutMembers = replaceWritten(text, SENSITIVE_MEMBER, NUMBER, MASKED)
  const withoutFlags = replaceWritten(withoutMembers, SENSITIVE_FLAG, BARE_ARGUMENT, MASKED)
  return replaceWritten(withoutFlags, SENSITIVE_NAME, BARE, MASKED)
}

/** Values that are recognised in themselves. */
function maskRecognised(text: string): string {
  if (!RECOGNISED.test(text)) return text
  return text.replace(SENSITIVE_TEXT, MASKED).replace(LIKE_JWT, maskJwt)
}

/** A text with the recognisable secrets masked. Linear in its length. */
export function maskSecrets(text: string): string {
  // Fast path: most texts contain none of the characters that every pattern needs.
  if (!HINT.test(text)) return text
  return maskRecognised(maskNamed(text.replace(SENSITIVE_IN_URL, maskInUrl)))
}
