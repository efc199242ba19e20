import { MASKED } from '../kept-value.ts'
import { endOf } from '../sticky.ts'
import { closesText, EnclosingTexts } from '../written/enclosing-text.ts'
import { endOfQuoted } from '../written/value.ts'

// Headers as they stand in a text: `Authorization: Digest username="ada", …`, `Cookie: a=1; sid="…"`.

/** Most texts hold none. */
const HINT = /(?:ation|ATION|ookie|OOKIE):/

/**
 * The name of a header, also behind an escape of JSON, and a quote that its value may stand in. The group says that it is a
 * cookie.
 */
const BEGINNING =
  /(?:\b|(?<=\\[nrt]))(?:[Aa]uthorization|AUTHORIZATION|([Cc]ookie|COOKIE)):\s{0,3}(?:\\{0,16}["'](?=\w))?/g

/** Schemes of HTTP and of big vendors. As they are written here, any value may follow. */
const SCHEMES = [
  ...['Token', 'Api-Token', 'Negotiate', 'NTLM', 'ApiKey', 'APIKey', 'Apikey', 'Api-Key', 'DPoP'],
  ...['SSWS', 'GenieKey', 'Splunk', 'Digest', 'OAuth', 'Hawk', String.raw`AWS4-[A-Z\d-]{1,32}`],
].join('|')

/** Others, whose names are words of English, too, or that are told by what follows. */
const OTHER_SCHEMES =
  /(?:MAC|Signature)\s(?=\w{1,32}=\\{0,16}["'])|SharedKey(?:Lite)?\s(?=\w{1,64}:)|sso-key\s(?=\w+:\w)/

/** A quote may stand before the value. */
const CREDENTIALS = new RegExp(
  `(?:${SCHEMES})\\s(?=[^\\n\\r"'\\\\]|\\\\{0,16}["']\\w)|${OTHER_SCHEMES.source}`,
  'y',
)

/** Schemes with members, in any case. Logs tell of errors in other ones: `authorization: oauth error=invalid_grant`. */
const MEMBERS =
  /(?:digest|hawk|oauth|mac|signature)\s{1,8}(?=(?:username|realm|nonce|uri|id|keyid|oauth_\w{1,32})=\\{0,16}["'])|aws4-[a-z\d-]{1,32}\s{1,8}(?=credential=)/iy

const SIGNS = String.raw`[\w.+/~-]`

/** No server takes a longer header, and no pattern looks at a whole text of one word. */
const MOST = 65_536

/** Words, codes of errors, classes and paths: `ERR_AUTH_1042`, `org.acme.OAuth2Filter`, `api/v2/orders`. */
const WORD = [
  /[A-Z]{0,5}[a-z]{2,64}(?![a-z])\d{0,4}(?:[A-Z]{1,5}[a-z]{1,64}(?![a-z])\d{0,4}){0,16}/,
  /[A-Z]{1,16}\d{0,8}|[A-Za-z]\d{1,3}(?:(?:alpha|beta)\d)?|\d{1,12}[a-z]{0,2}/,
]
  .map(({ source }) => source)
  .join('|')

/** What is no secret, the names of pods included: `orders-7f9c8d4b5-x2k`. */
const NAME = `(?:(?:${WORD})(?:[._/-]{1,2}(?:${WORD})){0,16}\\.?|${/[a-z]{2,64}(?:-[a-z\d]{1,10}){1,16}/.source})`

const holds = (sign: string): string => `(?=${SIGNS}{0,128}?${sign})`

/** Where a word ends. None of `name=value`. */
const BEHIND_WORD = /(?=["'`\\\])};,\s]|$)/.source

/** A scheme in another case may be a word of English: `authorization: token expired`. Of the rest, only a word is masked. */
const WORD_BEHIND_SCHEME = new RegExp(
  `(?!${NAME}${BEHIND_WORD})(?:${holds('\\d')}${SIGNS}{12,${MOST}}|${SIGNS}{16,${MOST}})={0,2}${BEHIND_WORD}|(?:[a-z]{18,${MOST}}|[A-Z]{18,${MOST}})${BEHIND_WORD}`,
  'y',
)

/** The same behind `Authorization`, as headers are written: few logs of English begin so. */
const WORD_IN_HEADER = new RegExp(
  `(?:${holds('\\d')}|${holds('[a-z][A-Z]')})${SIGNS}{6,${MOST}}={0,2}${BEHIND_WORD}`,
  'y',
)

const SCHEME_IN_ANY_CASE = new RegExp(`(?:${SCHEMES}|SharedKey(?:Lite)?|sso-key|mac|signature)\\s{1,8}`, 'iy')

/** What a value ends with that stands alone: its line, what it stands in, or another header. */
const BEHIND_VALUE = /(?=["'`\\\])};]|,[ \t]|[ \t]{0,1024}(?:[\r\n]|$))/.source

/** A short value must be of small letters, capitals and digits. Behind `bearer` little else is written. */
const LENGTHS = [
  `${SIGNS}{16,${MOST}}`,
  `${holds('[a-z]')}${holds('[A-Z]')}${SIGNS}{12,${MOST}}`,
  String.raw`(?<=[Bb](?:earer|asic)[ \t]{1,8})${SIGNS}{8,${MOST}}`,
].join('|')

/** A value of letters and digits, behind any scheme or none, that ends its line or is followed by another header. */
const ONE_VALUE = new RegExp(
  `(?:[A-Za-z][\\w-]{0,39}[ \\t]{1,8})?(?!/|https?:|HTTP/|${NAME}${BEHIND_VALUE})${holds('\\d')}${holds('[A-Za-z]')}(?:${LENGTHS})={0,2}${BEHIND_VALUE}`,
  'y',
)

/** Not `cookie: none`. */
const COOKIE = /[\w.%-]{1,128}=/y

/** What may end a header before its line does: the end of a line as a text of JSON writes it, and a quote. */
const END = /(?<!\\)\\{1,16}[nr]|["']/g

const NEW_LINE = /[\n\r]/g

/** What stands before a quote that is a part of the value: `sid="…"`, `prefs={"a":["b", "c"]}`. */
const BEFORE_QUOTE = /[=:{,[(][ \t]{0,2}$/

/** The values of headers with credentials, and of cookies. Linear: what is masked is looked at once. */
export function maskHeaders(text: string): string {
  if (!HINT.test(text)) return text
  let shown = ''
  let done = 0
  // The end of the line, which is looked for once: it may hold many headers.
  let line = -1
  const around = new EnclosingTexts(text)
  BEGINNING.lastIndex = 0
  for (let found = BEGINNING.exec(text); found; found = BEGINNING.exec(text)) {
    const from = BEGINNING.lastIndex
    const isCookie = found[1] !== undefined
    const value = isCookie
      ? endOf(COOKIE, text, from) === undefined
        ? undefined
        : from
      : behindScheme(text, from)
    let end = from
    if (value !== undefined) {
      if (line < from) line = endOfLine(text, from)
      const level = around.levelAt(from)
      end = endOfHeader(text, { from, value, line, level, opening: openingOf(text, found.index, from) })
    } else if (!isCookie) end = endOfWord(text, from, found[0].startsWith('Auth'))
    if (end === from) continue
    shown += text.slice(done, from) + MASKED
    done = end
    BEGINNING.lastIndex = end
  }
  return shown + text.slice(done)
}

/** Where the credentials begin behind their scheme, if they go to the end of the header. */
function behindScheme(text: string, at: number): number | undefined {
  return endOf(CREDENTIALS, text, at) ?? endOf(MEMBERS, text, at)
}

/** The end of credentials of one word. `from` where there is none. */
function endOfWord(text: string, from: number, isWrittenAsHeader: boolean): number {
  const value = endOf(SCHEME_IN_ANY_CASE, text, from)
  const behind = value === undefined ? undefined : endOfCredentials(text, value, isWrittenAsHeader)
  return behind ?? endOf(ONE_VALUE, text, from) ?? from
}

const endOfCredentials = (text: string, from: number, isWrittenAsHeader: boolean): number | undefined =>
  endOf(WORD_BEHIND_SCHEME, text, from) ?? (isWrittenAsHeader ? endOf(WORD_IN_HEADER, text, from) : undefined)

interface Mark {
  readonly char: string
  readonly slashes: number
}

/** The quote that the header or its value begins behind. */
function openingOf(text: string, start: number, from: number): Mark | undefined {
  const at = [from - 1, start - 1].find((place) => /["']/.test(text.charAt(place)))
  return at === undefined ? undefined : { char: text.charAt(at), slashes: at - firstSlash(text, at, 0) }
}

function firstSlash(text: string, at: number, from: number): number {
  let first = at
  while (first > from && text[first - 1] === '\\') first--
  return first
}

interface Header {
  readonly from: number
  /** Where its value begins behind the scheme. */
  readonly value: number
  readonly line: number
  readonly level: number | undefined
  readonly opening: Mark | undefined
}

/** Where a header ends: with its line, or with the quotes that it stands in. A part of its value may stand in others. */
function endOfHeader(text: string, { from, value, line, level, opening }: Header): number {
  END.lastIndex = from
  for (let found = END.exec(text); found && found.index < line; found = END.exec(text)) {
    const { 0: char, index: at } = found
    if (!/["']/.test(char)) return at
    if (isApostrophe(text, at)) continue
    const first = firstSlash(text, at, from)
    const mark = { char, slashes: at - first }
    if (closesText(text, { ...mark, at }, level) || closesHeader(mark, opening, text.charAt(at + 1)))
      return first
    const isWithin = first === value || BEFORE_QUOTE.test(text.slice(Math.max(from, first - 3), first))
    if (!isWithin) return first
    END.lastIndex = behindQuoted(text, first, at + 1, line, level)
  }
  return line
}

/** Some write quotes within without escaping them, and CSV doubles them: a word or another quote follows. */
const closesHeader = ({ char, slashes }: Mark, opening: Mark | undefined, next: string): boolean =>
  opening?.char === char && slashes <= opening.slashes && next !== char && !/\w/.test(next)

const isApostrophe = (text: string, at: number): boolean => /^\p{L}'\p{L}/u.test(text.slice(at - 1, at + 2))

function behindQuoted(
  text: string,
  first: number,
  behind: number,
  line: number,
  level: number | undefined,
): number {
  const end = endOfQuoted(text, first, level, line)
  if (end > first) return end
  // Nothing stands in them.
  const mark = text.slice(first, behind)
  return text.startsWith(mark, behind) ? behind + mark.length : behind
}

function endOfLine(text: string, from: number): number {
  NEW_LINE.lastIndex = from
  return NEW_LINE.exec(text)?.index ?? text.length
}
