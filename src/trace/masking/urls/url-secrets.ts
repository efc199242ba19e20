import { keptOf, MASKED } from '../kept-value.ts'
import { memoized } from '../memoized.ts'
import { isSensitive, isStatement, wordsOf } from '../sensitive-keys.ts'
import { closesText, EnclosingTexts } from '../written/enclosing-text.ts'
import { nextSign } from '../written/sign.ts'
import { endOfQuoted } from '../written/value.ts'

/**
 * The name of a parameter of a query or a fragment (`url.query` begins with one, and holds no space). Behind a blank `#state=`
 * is no fragment: `issue #state=open`.
 */
const PARAMETER = /(?:^(?=\S*$)(?![\w.:-]{1,128}=>)|[?&;]|#(?!(?<=\s#)state=))([\w.:%[\]-]{1,128})=/g

const VALUE = /[^&#;\s]+/y

const QUOTE = /["']/g

/** Words before `code` with which it lets nobody in. Of OAuth, a `response[code]` does. */
const HARMLESS_CODE = new RegExp(
  [
    /status|error|exit|return|result|reason|warning|http|(?<!\bo?auth2?\.)response|short|geo|uni|source|time\.?zone/,
    /zip|postal|country|region|state|province|city|area|dial|calling|phone|airport|station|port|locale|language|lang/,
    /currency|bank|sort|branch|tax|vat|hs|nace|naics|sic|iso|mcc|icd|unit|dept|department|store|company|customer/,
    /product|item|sku|color|colour|size|brand|category|type|article|material|promo|promotion|coupon|discount/,
    /voucher|course|event|event\.type|qr|bar|(?:(?:url|uri|html|json|xml|base\d\d)\.?)?(?:de|en)/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** `?barcode=`, also behind other words. `tokencode` is none of `encode`. */
const NO_CODE = new RegExp(`(?<!(?:\\b(?:${HARMLESS_CODE.source})\\.?|bar|zip|post))`)

/**
 * What names secrets in URLs only: `?code=…` of OAuth, `?sig=…` of Azure, any `…key` that is none of these words of English.
 * Words of a name are divided by dots.
 */
const NAMES_IN_URLS = new RegExp(
  [
    /token|secret|password|passwd|pwd|signature|sig|session\w{0,16}|auth|email|jwt|(?:(?<!\b(?:order|job|task|run|address)\.)\b|auth)state/
      .source,
    /(?<!\b(?:mon|don|tur|hoc|joc|whis|(?:sort|order)\.?))key/.source,
    `${NO_CODE.source}code`,
    /^(?:saml\.?response|ticket|code\.?verifier)/.source,
  ]
    .map((names) => `(?:${names})$`)
    .join('|'),
)

/**
 * User name and password of a URL go to the last `@` before its path. A password may hold a slash, but what follows a port is
 * a path.
 */
const CREDENTIALS =
  /:\/\/(?:[\w.%+~-]{1,64}:(?!\d{1,5}\/)[^\s@"'<>?#&]{1,256}|[^/@\s]+)@(?:[^/@\s"'<>?#&,;()]*@)*/g

/** The same as Go writes it: `ada:pw@tcp(db:3306)/shop`. */
const CREDENTIALS_OF_GO = /(?<![\w.%+-])[\w.%+-]{1,64}:[^\s"']{1,128}(?=@(?:tcp|udp|unix)6?\()/g

const BEFORE_ADDRESS_OF_GO = /@(?:tcp|udp|unix)6?\(/

/** A text with the credentials of its URLs masked, and the values of sensitive parameters. */
export function maskInUrls(text: string): string {
  const withoutCredentials = text.includes('@') ? maskCredentials(text) : text
  if (!text.includes('=')) return withoutCredentials
  return maskParameters(withoutCredentials, PARAMETER, endsIn(withoutCredentials))
}

function maskCredentials(text: string): string {
  const masked = text.replace(CREDENTIALS, `://${MASKED}@`)
  return BEFORE_ADDRESS_OF_GO.test(masked) ? masked.replace(CREDENTIALS_OF_GO, MASKED) : masked
}

/**
 * A text with the values of sensitive parameters masked. `parameter` (global) finds what stands before a value, its name in the
 * first group; `endOf` gives where the value ends that begins at `from`, asked in their order.
 */
export function maskParameters(
  text: string,
  parameter: RegExp,
  endOf: (from: number, found: RegExpExecArray) => number,
): string {
  let shown = ''
  let done = 0
  parameter.lastIndex = 0
  for (let found = parameter.exec(text); found; found = parameter.exec(text)) {
    const [, name = ''] = found
    if (!isSensitiveParameter(name)) continue
    const from = parameter.lastIndex
    const end = endOf(from, found)
    if (end === from) continue
    shown += text.slice(done, from) + maskParameter(name, text.slice(from, end))
    done = end
    parameter.lastIndex = end
  }
  return shown + text.slice(done)
}

/** Whether the values of a parameter are masked. Its name is as it is written. */
const isSensitiveParameter = memoized((written) => {
  const name = plain(written)
  return isSensitive(name) || NAMES_IN_URLS.test(wordsOf(name))
})

/** Finds the ends of values in a text. What is around them is read for the first one only: most texts have none to mask. */
function endsIn(text: string): (from: number) => number {
  const runs = new Runs(text)
  let around: EnclosingTexts | undefined
  return (from) => {
    around ??= new EnclosingTexts(text)
    return endOfValue(text, from, around, runs)
  }
}

/**
 * Where the next parameter begins, or where the text of JSON ends that the URL stands in. Connection strings write values in
 * quotes: `Server=x;Password='a;b'`.
 */
function endOfValue(text: string, from: number, around: EnclosingTexts, runs: Runs): number {
  const bare = runs.endAt(from)
  if (runs.quoteAt(from) >= bare) return bare
  const level = around.levelAt(from)
  const quoted = endOfQuoted(text, from, level)
  const end = runs.endAt(quoted)
  for (let sign = nextSign(text, quoted); sign && sign.at < end; sign = nextSign(text, sign.at + 1))
    if (closesText(text, sign, level)) return sign.at - sign.slashes
  return end
}

/** Where the signs of a value end, and the next quote. Each sign is looked at once: what has no end may hold many parameters. */
class Runs {
  readonly #text: string
  #end = 0
  #quote = -1

  constructor(text: string) {
    this.#text = text
  }

  /** Places are asked for in their order. */
  endAt(from: number): number {
    if (from < this.#end) return this.#end
    VALUE.lastIndex = from
    this.#end = VALUE.test(this.#text) ? VALUE.lastIndex : from
    return this.#end
  }

  quoteAt(from: number): number {
    if (from <= this.#quote) return this.#quote
    QUOTE.lastIndex = from
    this.#quote = QUOTE.exec(this.#text)?.index ?? Number.POSITIVE_INFINITY
    return this.#quote
  }
}

/** What is shown of such a value. */
function maskParameter(written: string, value: string): string {
  const name = plain(written)
  // The literals of a statement cannot be told from the rest in a URL, which writes its quotes in other signs.
  return (isStatement(name) ? undefined : keptOf(name, value)) ?? MASKED
}

/**
 * A name without the escapes of URLs, and `user[phone]` as `user.phone`. In a URL within another one the escapes are escaped
 * themselves.
 */
function plain(name: string): string {
  return name
    .replace(/%(?:25){0,3}([\da-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/[[\]]+/g, '.')
}
