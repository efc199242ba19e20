import { closesText, EnclosingTexts } from './enclosing-text.ts'
import { MASKED } from './kept-value.ts'
import { endOfQuoted } from './written-value.ts'

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
  ...[
    'Token',
    'Digest',
    'Negotiate',
    'NTLM',
    'ApiKey',
    'APIKey',
    'Apikey',
    'Api-Key',
    'OAuth',
    'DPoP',
    'Hawk',
  ],
  ...['SSWS', 'GenieKey', 'Splunk', String.raw`AWS4-[A-Z\d-]{1,32}`],
].join('|')

const CREDENTIALS = new RegExp(`(?:${SCHEMES})\\s(?=[^\\n\\r"'\\\\])`, 'y')

/** The same in another case, where it may be a word of English: `authorization: token expired`. */
const SCHEME_IN_ANY_CASE = new RegExp(`(?:${SCHEMES})\\s{1,8}(?=\\S)`, 'iy')

/** What is no word of English: it holds a digit, a capital within or `=`, or is long. */
const LIKE_SECRET = /[^\s"'\\]{0,128}?(?:\d|[a-z][A-Z]|=)|[^\s"'\\]{16}/y

/** A value of letters and digits, behind any scheme or none, that ends its line or is followed by another header. */
const ONE_VALUE =
  /(?:[A-Za-z][\w-]{0,39}[ \t]{1,8})?(?!\/|https?:|HTTP\/)(?=[\w+/=~-]{0,128}?\d)(?=[\w+/=~-]{0,128}?[A-Za-z])[\w+/=~-]{8,}(?=["'\\]|,[ \t]|[ \t]*(?:[\r\n]|$))/y

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
    let end = from
    if (isCookie ? stands(COOKIE, text, from) : areCredentials(text, from)) {
      if (line < from) line = endOfLine(text, from)
      const level = around.levelAt(from)
      end = endOfHeader(text, { from, line, level, opening: openingOf(text, found.index, from) })
    } else if (!isCookie && stands(ONE_VALUE, text, from)) end = ONE_VALUE.lastIndex
    if (end === from) continue
    shown += text.slice(done, from) + MASKED
    done = end
    BEGINNING.lastIndex = end
  }
  return shown + text.slice(done)
}

const areCredentials = (text: string, at: number): boolean =>
  stands(CREDENTIALS, text, at) ||
  (stands(SCHEME_IN_ANY_CASE, text, at) && stands(LIKE_SECRET, text, SCHEME_IN_ANY_CASE.lastIndex))

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
  readonly line: number
  readonly level: number | undefined
  readonly opening: Mark | undefined
}

/** Where a header ends: with its line, or with the quotes that it stands in. A part of its value may stand in others. */
function endOfHeader(text: string, { from, line, level, opening }: Header): number {
  END.lastIndex = from
  for (let found = END.exec(text); found && found.index < line; found = END.exec(text)) {
    const { 0: char, index: at } = found
    if (!/["']/.test(char)) return at
    if (isApostrophe(text, at)) continue
    const first = firstSlash(text, at, from)
    const mark = { char, slashes: at - first }
    if (closesText(text, { ...mark, at }, level) || closesHeader(mark, opening, text.charAt(at + 1)))
      return first
    const isWithin = BEFORE_QUOTE.test(text.slice(Math.max(from, first - 3), first))
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

function stands(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}
