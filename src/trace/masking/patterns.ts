import { MASKED } from './kept-value.ts'

/** A part of a header in a text (`Cookie: a=1; sid="…"`) up to the end of its line. Quotes within stand behind a sign. */
const LINE = String.raw`(?:[^\n\r"'\\]|(?<=[=:{,[(][ \t]{0,2})\\{0,16}["'](?!\s{0,8}[,:}\]])(?:[^"'\n\\]{0,512}\\{0,16}["'])?|\\(?![nr"'\\])|(?<=[A-Za-z])'(?=[a-z]))*`
const SCHEMES = String.raw`Token|Api-Token|Negotiate|NTLM|A[Pp][Ii]-?[Kk]ey|DPoP|SSWS|GenieKey|Splunk|Digest|OAuth|Hawk|AWS4-[A-Z\d-]{1,32}`
/** Words, codes of errors, classes, paths and names of pods are no secrets: `ERR_AUTH_1042`, `org.acme.OAuth2Filter`. */
const TERM = String.raw`(?:[A-Z]{0,5}[a-z]{2,64}\d{0,4}(?:[A-Z]{1,5}[a-z]{1,64}\d{0,4}){0,16}|[A-Z]{1,16}\d{0,8}|[A-Za-z]\d{1,3}(?:(?:alpha|beta)\d)?|\d{1,12}[a-z]{0,2})`
const NO_SECRET = `(?:${TERM}(?:[._/-]{1,2}${TERM}){0,16}\\.?|[a-z]{2,64}(?:-[a-z\\d]{1,10}){1,16})(?![\\w.+/~-])`

/** Each alternative stands behind `Authorization: `. */
const IN_HEADER = [
  // Schemes as they are written: any value may follow, and it goes to the end of the line.
  `(?:${SCHEMES}|SharedKey(?:Lite)?|sso-key)\\s(?=[^\\n\\r"'\\\\]|\\\\{0,16}["']\\w)(?:\\\\{0,16}["']\\w[^"'\\n]{0,512}\\\\{0,16}["']|${LINE})`,
  // Schemes with members, in any case.
  `(?:\\w{3,9}|[Aa][Ww][Ss]4-[\\w-]{1,32})\\s{1,8}(?=(?:username|realm|nonce|uri|id|key[iI]d|oauth_\\w{1,32}|ts)=\\\\{0,16}["']|[Cc]redential=)${LINE}`,
  // Behind these little else is written.
  `(?:[Bb]earer|[Bb]asic|[Tt]oken|[Aa]pi-?[Kk]ey)\\s{1,8}(?!${NO_SECRET})(?=[\\w.+/~:-]{0,128}?\\d)[\\w.+/~:-]{6,4096}={0,2}(?=["'\\s]|$)`,
  // One word behind any scheme or none, that is none of English.
  `(?:[A-Za-z][\\w-]{0,39}[ \\t]{1,8})?(?!/|https?:|HTTP/|${NO_SECRET})(?=[\\w.+/~:-]{0,128}?(?:\\d|[a-z][A-Z]))[\\w.+/~:-]{12,4096}={0,2}(?=["'\`\\\\\\])};,\\s]|$)`,
].join('|')

const header = (name: string, value: string): RegExp =>
  new RegExp(`((?:\\b|(?<=\\\\[nrt]))(?:${name}):\\s{0,3}(?:\\\\{0,16}["'](?=\\w))?)(?:${value})`, 'g')

const AUTHORIZATION = header('[Aa]uthorization|AUTHORIZATION', IN_HEADER)
/** Not `cookie: none`. */
const COOKIE = header('[Cc]ookie|COOKIE', `(?=[\\w.%-]{1,128}=)${LINE}`)

/** Where a word begins: also behind an escape of JSON or of a URL, whose letters are none of the word. */
const WORD = /(?:\b|(?<=\\[nrt]|%[\dA-Fa-f]{2}))/.source

/** What begins like a JWT. One without a second part is matched, too, and kept: each sign is looked at once. */
const LIKE_JWT = new RegExp(
  `${WORD}${/eyJ[\w-]{8,}(?:\.[\w-]{8,}(?:\.[\w-]*(?:\.[\w-]{4,}){0,2})?)?/.source}`,
  'g',
)

/**
 * Bearer and basic credentials, keys of big vendors, e-mail addresses. In lower case, `basic` is a word of English too: a digit
 * or a capital within must follow.
 */
const PATTERNS: readonly RegExp[] = [
  /\b(?:Bearer|Basic|BEARER|BASIC)\s+[\w.~+/=-]{12,}/,
  /\b(?:[Bb]earer|[Bb]asic)%(?:25){0,3}20(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
  /\b(?:bearer|basic)\s+(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[sr]k_(?:live|test)_\w{10,}/,
  /\bgh[pousr]_\w{20,}|\b[a-z]{2,12}_pat_\w{20,}|\bxox[a-z]-[\w-]{10,}/,
  /\bglpat-[\w-]{16,}|\bsk-(?:proj|ant)-[\w-]{20,}|\b(?:npm|hf)_[A-Za-z\d]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\bshpat_[a-f\d]{32}|\bdop_v1_[a-f\d]{32,}|\bpypi-[\w-]{50,}/,
  /(?<=\b(?:IDENTIFIED BY|identified by) )'[^']*(?:'|$)/,
  // Not the letters of an escape of JSON before it.
  /(?<!\\(?=[nrtbfu])|\\u[\da-f]{0,3})[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
]

const RECOGNISED = new RegExp(PATTERNS.map(({ source }) => source.replaceAll('\\b', WORD)).join('|'), 'g')

/** What these need. Most URLs hold none of it. */
const HINT =
  /@|eyJ|earer[\s%]|asic[\s%]|EARER\s|ASIC\s|A[KS]IA|AIza|k_live_|gh\w_|_pat_|xox|[tkmf1Gi ][-_.'](?<=(?:pat[-_]|sk-|npm_|hf_|SG\.|p_v1_|ypi-|k_test_|(?:ied by|IED BY) '))/
/** A private key (PEM) up to its last line, or to the end of the text of JSON that it stands in. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^"]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?=\\*"|$))/g
/** User name and password of a URL go to the last `@` before its path. What follows a port is a path. */
const CREDENTIALS =
  /:\/\/(?:[\w.%+~-]{1,64}:(?!\d{1,5}\/)[^\s@"'<>?#&]{1,256}|[^/@\s]+)@(?:[^/@\s"'<>?#&,;()]*@)*/g
/** The same as Go writes it: `ada:pw@tcp(db:3306)/shop`. */
const CREDENTIALS_OF_GO = /(?<![\w.%+-])[\w.%+-]{1,64}:[^\s"']{1,128}(?=@(?:tcp|udp|unix)6?\()/g

/** In their order: what a text must hold, what is looked for in it then, and what stands in its place. */
const PATTERNS_ANYWHERE: readonly (readonly [RegExp, RegExp, string])[] = [
  [/PRIVATE KEY/, PRIVATE_KEY, MASKED],
  [/(?:ation|ATION):/, AUTHORIZATION, `$1${MASKED}`],
  [/(?:ookie|OOKIE):/, COOKIE, `$1${MASKED}`],
  [/@/, CREDENTIALS, `://${MASKED}@`],
  [/@(?:tcp|udp|unix)6?\(/, CREDENTIALS_OF_GO, MASKED],
  [HINT, RECOGNISED, MASKED],
]

/** A text with what is recognised in itself masked: private keys, headers with credentials, those of URLs, keys, addresses. */
export const maskRecognised = (text: string): string =>
  PATTERNS_ANYWHERE.reduce(
    (shown, [needs, pattern, by]) => (needs.test(shown) ? shown.replace(pattern, by) : shown),
    text,
  ).replace(LIKE_JWT, (jwt) => (jwt.includes('.') ? MASKED : jwt))
