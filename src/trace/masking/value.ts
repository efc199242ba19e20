import { isPeerAddress, isStatement } from './sensitive-keys.ts'

/** What divides values: white space, also as JSON writes it in a text. */
export const GAP = /(?:\s|\\{1,16}[nrt]){0,64}/.source

/** A long pattern, made at its first use: a start that needs none would lose half a millisecond. */
export function late(source: string, flags = ''): () => RegExp {
  let made: RegExp | undefined
  return () => (made ??= new RegExp(source, flags))
}

/** The match of a sticky pattern that begins here. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Where the last of the sticky matches ends that stand one behind the other. One pattern for all would need too much stack. */
function endOfAll(part: RegExp, text: string, from: number): number {
  let end = from
  for (let next = matchAt(part, text, end); next && part.lastIndex > end; next = matchAt(part, text, end))
    end = part.lastIndex
  return end
}

/** Quotes that begin a value, with the backslashes before them, and letters as in Python's `b'…'`. */
const OPENING = /[bunrfe]?((\\{0,16})(["'])(?:\2\3){0,3})/iy
const QUOTE = /(\\*)(["'])/g
/** What stands behind an empty text, and behind a quote that closes the text around the value. */
const BEHIND_EMPTY = /[.:!?]?(?:\s|$)|[,;&)\]}"'\\<>|]|\/>/y
const BEHIND_CLOSING = /\s{0,8}(?:[,}\]]\s{0,8}(?:\\*["'{}\],]|$)|$)/y

/** The end of a text in quotes. `from` where none begins, or an empty one. A cut-off text goes to its end. */
function endOfQuoted(text: string, from: number): number {
  const [opening, marks = '', slashes = '', quote = ''] = matchAt(OPENING, text, from) ?? []
  if (opening === undefined) return from
  const start = from + opening.length
  const count = marks.length / (slashes.length + 1)
  if (matchAt(count % 2 === 0 ? BEHIND_EMPTY : BEHIND_CLOSING, text, start)) return from
  QUOTE.lastIndex = start
  for (let found = QUOTE.exec(text); found; found = QUOTE.exec(text)) {
    const { 1: before = '', 2: char, index } = found
    // The text around this one ends, too.
    if (before.length < slashes.length && (char === '"' || char === quote))
      return index === start ? from : index
    if (char !== quote || (slashes === '' ? before.length % 2 === 1 : before.length > slashes.length))
      continue
    const at = QUOTE.lastIndex - slashes.length - 1
    if (count > 1 && text.startsWith(marks, at)) return at + marks.length
    if (count > 1) continue
    if (text[QUOTE.lastIndex] !== quote) return QUOTE.lastIndex
    // Two quotes are one within the text, as in SQL's `'it''s'`.
    QUOTE.lastIndex++
  }
  return text.length
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' }
const SIGN = /[[\](){}]|\\*["']/g

/** Where a list or a map ends. `from` where none begins. */
function endOfList(text: string, from: number): number {
  const opening = text.charAt(from)
  const closing = CLOSING[opening]
  if (closing === undefined) return from
  let depth = 0
  SIGN.lastIndex = from
  for (let found = SIGN.exec(text); found; found = SIGN.exec(text)) {
    const [sign] = found
    if (sign === opening) depth++
    else if (sign === closing && --depth === 0) return SIGN.lastIndex
    else if (/["']/.test(sign)) {
      const isWithinWord = /[\p{L}\d]$/u.test(text.charAt(found.index - 1))
      const isPrefix = /(?:^|[^\p{L}\d])[bunrfe]$/iu.test(text.slice(found.index - 2, found.index))
      // A quote behind a word is an apostrophe, or closes the text around the list.
      if (isWithinWord && !isPrefix) {
        if (sign.endsWith('"')) return found.index
      } else SIGN.lastIndex = Math.max(SIGN.lastIndex, endOfQuoted(text, found.index))
    }
  }
  return text.length
}

/** What continues behind quotes or brackets: `{cipher}…`. */
const CONTINUED = /[^\s,;&"'\\)\]}.:<>|]/y

/** Where a value ends: in quotes, as a list or a map, or bare, of parts that match a sticky pattern. */
function endOfValue(text: string, from: number, bare: RegExp): number {
  const quoted = endOfQuoted(text, from)
  if (quoted > from) return quoted
  const list = endOfList(text, from)
  return list === from || matchAt(CONTINUED, text, list) ? endOfAll(bare, text, list) : list
}

/** Values that stand behind their names. */
export interface Rule {
  /** What every match needs. Most texts hold none. */
  readonly needs?: RegExp
  /** With the flag `g`: what stands before a value. Its first group that matches is the name. */
  readonly begins: () => RegExp
  /** Sticky: a value without quotes, or a part of it. */
  readonly bare: RegExp
  /** Whether quotes and brackets are a part of it. */
  readonly isBareOnly?: boolean
  /** Sticky: what must follow the value, if that matters. */
  readonly behind?: RegExp
  /** Whether the values of a name are sensitive. */
  isMeant?(name: string): boolean
  shown(value: string, name: string): string
}

/** A text with the values of one rule masked. Linear: what a value ends with is looked at once. */
export function maskBehind(text: string, rule: Rule): string {
  const { needs, bare, isBareOnly, behind, isMeant, shown } = rule
  if (needs?.test(text) === false) return text
  const begins = rule.begins()
  let masked = ''
  let done = 0
  begins.lastIndex = 0
  for (let found = begins.exec(text); found; found = begins.exec(text)) {
    const name = found.slice(1).find((group) => group !== undefined) ?? ''
    if (isMeant?.(name) === false) continue
    const from = begins.lastIndex
    const end = isBareOnly ? endOfAll(bare, text, from) : endOfValue(text, from, bare)
    begins.lastIndex = Math.max(end, begins.lastIndex)
    if (end === from || (behind && !matchAt(behind, text, end))) continue
    masked += text.slice(done, from) + shown(text.slice(from, end), name)
    done = end
  }
  return masked + text.slice(done)
}

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/** What can be kept of a text under a sensitive key. Undefined where that is nothing. */
export function keptOf(key: string, text: string): string | undefined {
  if (isPeerAddress(key) && isInternalAddress(text)) return text
  return isStatement(key) ? maskLiterals(text) : undefined
}

/** A text in quotes, also within JSON. With other backslashes in it, it is masked whole. */
const IN_QUOTES = /^(\\{0,7}["'])([^\\]*)\1$/

/** The same of a written value: in quotes or bare. */
export function keptOfWritten(key: string, written: string): string | undefined {
  const [, quote = '', text = /^["'[{(\\]/.test(written) ? '' : written] = IN_QUOTES.exec(written) ?? []
  const kept = keptOf(key, text)
  return kept === undefined || kept.includes('"') ? undefined : quote + kept + quote
}

/** Networks that are never reached from outside: RFC 1918, 6598, 3927, 4193, loopback and link-local. */
const INTERNAL =
  /^(?:(?:10|127)(?:\.\d{1,3}){3}|(?:192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(?:\.\d{1,3}){2}|::1|(?:f[cd][\da-f]{2}|fe[89ab][\da-f]):[\da-f:]{1,40})$/i

/** Whether a text is an IP address of an internal network: that of a pod or a proxy, not of a person. */
export const isInternalAddress = (text: string): boolean => INTERNAL.test(text.replace(/^::ffff:(?=\d)/i, ''))

/** What stands in place of a literal, as OpenTelemetry's conventions for databases want it. */
const LITERAL = '?'
/** A longer statement is a load of data. */
const LONGEST = 65_536
/** Begins like SQL or CQL. Not `SET` and the like, which are commands of Redis, too, whose values stand bare. */
const SQL =
  /^\s*(?:select|insert\s+into|update\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set|delete\s+from|with|merge\s+into|replace\s+into|create|alter|drop|truncate|begin|commit|rollback|savepoint|call|explain|show)\b/i

/** Where the values of rows stand in SQL: text, bytes, numbers, ids, and comments, where programs write more of them. */
const sqlParts = late(
  [
    /(?<comment>\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*)/,
    /(?<dollar>\$(?<tag>\w{0,32})\$[\s\S]*?(?:\$\k<tag>\$|$))/,
    /(?<text>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$))/,
    /(?<quoted>"(?:[^"\\]|\\[\s\S]|"")*(?:"|$))/,
    /(?<name>`[^`]*(?:`|$)|[:$@]\w{1,64})/,
    /(?<id>\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b)/,
    /(?<number>\b\d[\w.]*)/,
    // An identifier is taken whole, so that no digit within it is a number.
    /(?<word>[\p{L}_][\p{L}\w$#]*)/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'giu',
)

/** The same in JSON (MongoDB, Elasticsearch). */
const JSON_PARTS = /"(?:[^"\\]|\\[\s\S])*(?:"|$)(?<key>\s*:)?|-?\b\d[\w.+-]*/g
/** What a JSON text may be made of when its literals are gone: anything else could be a value. */
const JSON_REST = /^(?:[\s{}[\],:?]|"(?:[^"\\]|\\[\s\S])*"\s*:|\b(?:true|false|null)\b)*$/

/**
 * A database statement with its literals masked, so that its shape stays. Undefined for a language without recognizable
 * literals (Redis).
 */
export function maskLiterals(statement: string): string | undefined {
  if (statement.length > LONGEST) return undefined
  if (/^\s*[{[]/.test(statement)) return maskJson(statement)
  return SQL.test(statement) ? maskSql(statement) : undefined
}

function maskSql(statement: string): string {
  return statement.replaceAll(sqlParts(), (part: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>
    if (groups.name !== undefined || groups.word !== undefined) return part
    if (groups.comment !== undefined) return `/* ${LITERAL} */`
    return isIdentifier(statement, rest.at(-3) as number, part) ? part : LITERAL
  })
}

/** Double quotes hold names in standard SQL, and text in MySQL. A name stands at a dot, or where a table is named. */
function isIdentifier(statement: string, at: number, part: string): boolean {
  if (!/^"\w{1,128}"$/.test(part)) return false
  if (statement[at - 1] === '.' || statement[at + part.length] === '.') return true
  return /\b(?:from|join|into|update|table|as)\s+$/i.test(statement.slice(Math.max(0, at - 16), at))
}

function maskJson(statement: string): string | undefined {
  const masked = statement.replaceAll(JSON_PARTS, (part: string, key: string | undefined) =>
    key === undefined ? LITERAL : part,
  )
  return JSON_REST.test(masked) ? masked : undefined
}
