import { closesText, EnclosingTexts } from './enclosing-text.ts'
import { keptOf, MASKED } from './kept-value.ts'
import { memoized } from './memoized.ts'
import { isSensitive, isStatement } from './sensitive-keys.ts'
import { nextSign } from './sign.ts'
import { endOfQuoted } from './written-value.ts'

/**
 * The name of a parameter of a query or a fragment (`url.query` begins with one, and holds no space). Behind a blank `#state=`
 * is no fragment: `issue #state=open`.
 */
const PARAMETER = /(?:^(?=\S*$)|[?&;]|#(?!(?<=\s#)state=))([\w.:%[\]-]{1,128})=/g

const VALUE = /[^&#;\s]+/y

/** What names secrets in URLs only: `?code=…` of OAuth, `?sig=…` of Azure, any `…key`. */
const NAMES_IN_URLS =
  /(?:token|key|secret|password|passwd|pwd|code|signature|sig|session\w{0,16}|auth|email|jwt|state)$/i

const CREDENTIALS = /:\/\/[^/@\s]+@/g

/** A text with the credentials of its URLs masked, and the values of sensitive parameters. */
export function maskInUrls(text: string): string {
  const withoutCredentials = text.includes('@') ? text.replace(CREDENTIALS, `://${MASKED}@`) : text
  return text.includes('=') ? maskParameters(withoutCredentials) : withoutCredentials
}

function maskParameters(text: string): string {
  let shown = ''
  let done = 0
  let around: EnclosingTexts | undefined
  PARAMETER.lastIndex = 0
  for (let found = PARAMETER.exec(text); found; found = PARAMETER.exec(text)) {
    const [, name = ''] = found
    if (!isSensitiveParameter(name)) continue
    const from = PARAMETER.lastIndex
    around ??= new EnclosingTexts(text)
    const end = endOfValue(text, from, around)
    if (end === from) continue
    shown += text.slice(done, from) + maskParameter(name, text.slice(from, end))
    done = end
    PARAMETER.lastIndex = end
  }
  return shown + text.slice(done)
}

const isSensitiveParameter = memoized((written) => {
  const name = plain(written)
  return isSensitive(name) || NAMES_IN_URLS.test(name)
})

/**
 * Where the next parameter begins, or where the text of JSON ends that the URL stands in. Connection strings write values in
 * quotes: `Server=x;Password='a;b'`.
 */
function endOfValue(text: string, from: number, around: EnclosingTexts): number {
  const bare = endOfBare(text, from)
  if (!/["']/.test(text.slice(from, bare))) return bare
  const level = around.levelAt(from)
  const quoted = endOfQuoted(text, from, level)
  const end = endOfBare(text, quoted)
  for (let sign = nextSign(text, quoted); sign && sign.at < end; sign = nextSign(text, sign.at + 1))
    if (closesText(text, sign, level)) return sign.at - sign.slashes
  return end
}

function endOfBare(text: string, from: number): number {
  VALUE.lastIndex = from
  return VALUE.test(text) ? VALUE.lastIndex : from
}

function maskParameter(written: string, value: string): string {
  const name = plain(written)
  // The literals of a statement cannot be told from the rest in a URL, which writes its quotes in other signs.
  return (isStatement(name) ? undefined : keptOf(name, value)) ?? MASKED
}

/** A name without the escapes of URLs, and `user[phone]` as `user.phone`. */
function plain(name: string): string {
  return name
    .replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/[[\]]+/g, '.')
}
