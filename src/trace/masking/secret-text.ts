import type { AttributeValue } from '../model.ts'
import { maskCommandLines } from './commands/command-lines.ts'
import { PASSWORD_FLAG } from './commands/password-flags.ts'
import { maskGoHeaders } from './headers/go-headers.ts'
import { maskHeaders } from './headers/header-lines.ts'
import { maskHeaderList } from './headers/header-list.ts'
import { maskBareItems } from './items/bare-items.ts'
import { maskItems } from './items/named-items.ts'
import { maskPairs } from './items/pairs.ts'
import { MASKED } from './kept-value.ts'
import { maskPrivateKeys } from './private-keys.ts'
import { ENCODED, maskInEncodedUrls } from './urls/encoded-urls.ts'
import { maskInUrls } from './urls/url-secrets.ts'
import { maskFormParts } from './written/form-parts.ts'
import { maskMembers, NUMBER } from './written/members.ts'
import { STATE } from './written/said-of-value.ts'
import { type Named, replaceWritten } from './written/value.ts'
import { ELEMENTS, maskElements } from './written/xml-elements.ts'
import { BEFORE_YAML, endOfYaml } from './written/yaml-value.ts'

/** Where a word begins: also behind an escape of JSON or of a URL, whose letters are none of the word. */
const WORD = /(?:\b|(?<=\\[nrt]|%[\dA-Fa-f]{2}))/.source

/**
 * What begins like a JWT. One without a second part is matched, too, and kept: a pattern that wanted the dot would look for it
 * from each `eyJ` of a long run.
 */
const LIKE_JWT = new RegExp(
  `${WORD}${/eyJ[\w-]{8,}(?:\.[\w-]{8,}(?:\.[\w-]*(?:\.[\w-]{4,}){0,2})?)?/.source}`,
  'g',
)

const maskJwt = (text: string): string => (text.includes('.') ? MASKED : text)

/**
 * Other values that are recognised whatever their key: bearer and basic credentials, API keys of big vendors, e-mail
 * addresses. In lower case, `basic` is a word of English too: a digit or a capital within must follow.
 */
const SENSITIVE_TEXT = new RegExp(
  [
    /\b(?:Bearer|Basic|BEARER|BASIC)\s+[\w.~+/=-]{12,}/,
    /\b(?:[Bb]earer|[Bb]asic)%(?:25){0,3}20(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
    /\b(?:bearer|basic)\s+(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[sr]k_(?:live|test)_\w{10,}/,
    /\bgh[pousr]_\w{20,}|\b[a-z]{2,12}_pat_\w{20,}|\bxox[a-z]-[\w-]{10,}/,
    /\bglpat-[\w-]{16,}|\bsk-(?:proj|ant)-[\w-]{20,}|\bnpm_[A-Za-z\d]{30,}|\bhf_[A-Za-z\d]{30,}/,
    /\bSG\.[\w-]{16,}\.[\w-]{16,}|\bshpat_[a-f\d]{32}|\bdop_v1_[a-f\d]{32,}|\bpypi-[\w-]{50,}/,
    /(?<=\b(?:IDENTIFIED BY|identified by) )'[^']*(?:'|$)/,
    // Not the letters of an escape of JSON before it.
    /(?<!\\(?=[nrtbfu])|\\u[\da-f]{0,3})[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
  ]
    .map(({ source }) => source.replaceAll('\\b', WORD))
    .join('|'),
  'g',
)

/** What a value that is recognised in itself needs. Most URLs hold none of it. */
const RECOGNISED = /@|--|eyJ|earer[\s%]|asic[\s%]|EARER\s|ASIC\s|A[KS]IA|AIza|k_live_|gh\w_|_pat_|xox/

/** The same of keys whose beginnings are rare. Two signs are looked for first, which is faster than many words. */
const KEY_OF_VENDOR =
  /[tkmf1Gi ][-_.'](?<=(?:pat[-_]|sk-|npm_|hf_|SG\.|p_v1_|ypi-|k_test_|(?:ied by|IED BY) '))/

/** What every match of the patterns needs: most texts hold none of it. */
const HINT = new RegExp(
  `[=:]|[[(]\\s{0,32}[[(b\\\\"']|${ELEMENTS.source}|${PASSWORD_FLAG.source}|${ENCODED.source}|${RECOGNISED.source}`,
)

/**
 * What a token's value stands behind. Parsers, too, say `token: `, `token=>`, `token=)` and `token=?`, code says `token==`,
 * and statements say `token=$1`. Ruby writes `:token=>"…"`.
 */
const TOKEN = /token(?==(?![=>]|[)?](?!\w)|\$\d{0,2}(?![\w$]))|=>\\*["'[{])/

/** A token by its kind: in other text the value of a mere `…_token` is as often no secret. `invalid_token` is an error
 * of OAuth. Hosts of code and images end in `hub` and `lab`. */
const KIND_OF_TOKEN =
  /access|api|private|vault|hub|lab|auth|refresh|(?<!val|pa|ra|mandatory[_-])id|session|security|bearer|csrf|xsrf/

const NAME = new RegExp(
  `password|passwd|pwd|secret|samlresponse|phpsessid|jsessionid|connect\\.sid|(?:api|access|private|secret|auth)[_-]?key|(?:${KIND_OF_TOKEN.source})[_-]?token`,
)

/** What divides a name from its value. Not `==`, which compares. */
const DIVIDER = new RegExp(`(?:=>|:=|:(?!\\s{0,3}${STATE.source})|=(?!=))`)

/** YAML begins a list on the next line. */
const BEFORE_LIST = /\r?\n[ \t]{0,64}(?=- )/.source

/** A name and what divides it from its value: `password=hunter2`, `api_key: "…"`. */
const SENSITIVE_NAME = new RegExp(
  `${/\b[\w-]{0,32}/.source}(?:${NAME.source}|${TOKEN.source})${/(?:\\*["']){0,2}\s{0,3}/.source}${DIVIDER.source}(?:${BEFORE_LIST}|\\s{0,3})`,
  'gi',
)

/** The same of lists of secrets. Without a bracket, quotes or lines of YAML it is a sentence: `passwords: do not match`. */
const NAME_OF_MANY = new RegExp(
  `${/\b[\w-]{0,32}/.source}(?:passwords|(?:api|access|private|secret|auth)[_-]?keys|(?:${KIND_OF_TOKEN.source})[_-]?tokens)${/(?:\\*["']){0,2}\s{0,3}/.source}${DIVIDER.source}(?:${BEFORE_LIST}|\\s{0,3}(?=(?!\\[\\s{0,3}\\])\\\\*["'[(]|\\\\{1,8}[rn]|[&#!]))`,
  'gi',
)

const BARE = /(?:[^\s,;&"'\\]+|\\+(?!["'\\]))+/y

const FLAG =
  /--[\w-]{0,32}(?:token|secret|password|passwd|passphrase|pwd|(?:api|access|secret|private|auth)[-_]?key)/

/** A flag of a command line, and what is before its value: `--token=…`, `--password …`. */
const SENSITIVE_FLAG = new RegExp(`${FLAG.source}${/(?:=|\s{1,32}(?![-\s]))/.source}`, 'gi')

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

/** A flag before its value in a list: `"--password", "…"`. A text that begins with a dash is taken for the next flag. */
const FLAG_IN_LIST = new RegExp(`${FLAG.source}${/\\*["'],\s{0,3}(?=\\*["'][^-]|-?\d)/.source}`, 'gi')

/** What every flag holds, and every name in a text: one look in place of two. */
const NAMED = /pass[wp]|pwd|secret|key|token|samlr|sess(?:ion)?id|t\.sid/i

const shown = (): string => MASKED

const FLAGS_IN_LISTS: Named = { beginning: FLAG_IN_LIST, bare: NUMBER, shown }

const FLAGS: Named = { beginning: SENSITIVE_FLAG, bare: BARE_ARGUMENT, shown }

/** What is masked with a value: tags of YAML, and the scheme of a header. */
const BEFORE_VALUE = new RegExp(
  `(?:${BEFORE_YAML.source})?(?:(?:basic|bearer)[ \\t]{1,3}(?=[\\w.~+/=-]{12}))?`,
  'iy',
)

const NAMES: Named = {
  beginning: SENSITIVE_NAME,
  before: BEFORE_VALUE,
  bare: BARE,
  endOfLines: endOfYaml,
  shown,
}

const NAMES_OF_MANY: Named = { ...NAMES, beginning: NAME_OF_MANY, bare: /$^/y }

/** The values that stand behind their names. */
function maskNamed(text: string): string {
  const withoutMembers = maskHeaderList(
    maskGoHeaders(maskBareItems(maskPairs(maskItems(maskMembers(maskElements(maskFormParts(text))))))),
  )
  // Last: a flag of a command line may stand before a name that another value stands behind.
  return maskCommandLines(maskBehindNames(text, withoutMembers))
}

function maskBehindNames(text: string, withoutMembers: string): string {
  if (!NAMED.test(text)) return withoutMembers
  return [FLAGS_IN_LISTS, FLAGS, NAMES, NAMES_OF_MANY].reduce(replaceWritten, withoutMembers)
}

/** Values that are recognised in themselves. */
function maskRecognised(text: string): string {
  if (!RECOGNISED.test(text) && !KEY_OF_VENDOR.test(text)) return text
  return text.replace(SENSITIVE_TEXT, MASKED).replace(LIKE_JWT, maskJwt)
}

/** A text with the recognisable secrets masked. Linear in its length. */
export function maskSecrets(text: string): string {
  // Fast path: most texts contain none of the characters that every pattern needs.
  if (!HINT.test(text) && !KEY_OF_VENDOR.test(text)) return text
  return maskRecognised(maskNamed(maskInEncodedUrls(maskInUrls(maskHeaders(maskPrivateKeys(text))))))
}
