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
export const fromRe2 = (pattern: string): string =>
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
