import { isPeerAddress, isStatement } from './sensitive-keys.ts'

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
const SQL_PARTS = new RegExp(
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
  return statement.replaceAll(SQL_PARTS, (part: string, ...rest: unknown[]) => {
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
