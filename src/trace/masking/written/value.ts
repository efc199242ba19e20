import { endOf, endOfAll } from '../sticky.ts'
import { closesText, EnclosingTexts } from './enclosing-text.ts'
import { nextSign } from './sign.ts'

/** Names and what divides them from their values, and what is shown in place of these. */
export interface Named {
  /** With the flag `g`. Its group, if it has one, is the name. */
  readonly beginning: RegExp
  /** Sticky: what may stand before a value, and is replaced with it. */
  readonly before?: RegExp
  /** Sticky: a value without quotes, or a part of it. */
  readonly bare: RegExp
  /** Where a value ends that stands on the lines behind its name: at once if they hold none. Undefined where there is nothing. */
  readonly endOfLines?: (text: string, from: number) => number | undefined
  /** Sticky: what must follow a value that is no list and no map, if that matters. */
  readonly behind?: RegExp
  /** Whether the values of a name are replaced. */
  isMeant?(name: string): boolean
  shown(value: string, name: string | undefined): string
}

/**
 * Replaces the values that stand behind each beginning (a name and what divides it from its value): in quotes, as a list or a
 * map, or bare. A value that is cut off goes to the end of the text of JSON that it stands in, or to that of all. Each character is
 * looked at once, however long the value is.
 */
export function replaceWritten(text: string, named: Named): string {
  const { beginning, bare } = named
  let shown = ''
  let done = 0
  // What begins before here stands within quotes or a list, and is masked with them.
  let closed = 0
  let around: EnclosingTexts | undefined
  beginning.lastIndex = 0
  for (let match = beginning.exec(text); match; match = beginning.exec(text)) {
    const [found, name] = match
    const from = match.index + found.length
    if (from < closed || (name !== undefined && named.isMeant?.(name) === false)) continue
    around ??= new EnclosingTexts(text)
    const start = (named.before && endOf(named.before, text, from)) ?? from
    const written = endOfWritten(text, start, around.levelAt(start))
    let end = written
    // A bare value within one that is masked ends where that does.
    if (end >= done && (end === start || isContinued(text, end)))
      end = named.endOfLines?.(text, end) ?? endOfAll(bare, text, end)
    if (named.behind && !isList(text, start) && endOf(named.behind, text, end) === undefined) continue
    closed = written
    if (end <= Math.max(start, done)) continue
    // A name that is masked itself is a part of another one's value: `password: token='…'`.
    if (match.index >= done) shown += text.slice(done, from) + named.shown(text.slice(from, end), name)
    done = end
  }
  return shown + text.slice(done)
}

/** `{cipher}…`, as Spring writes it, and whatever else goes on behind a bracket. */
function isContinued(text: string, end: number): boolean {
  return /^[\])}][^\s,;&"'\\)\]}.:<>|]/.test(text.slice(end - 1, end + 1))
}

/**
 * The end of a value in quotes, of a list or of a map. `from` where there is none, or an empty text.
 * @param around the level of the text that the value stands in
 * @param to where a value that nothing closes is cut off
 */
export function endOfWritten(
  text: string,
  from: number,
  around: number | undefined,
  to: number = text.length,
): number {
  // Python's `b'…'` and `r'…'`, SQL's `N'…'` and `E'…'`.
  const quote = /[bunrfe]/i.test(text.charAt(from)) ? from + 1 : from
  const end = endOfQuoted(text, quote, around, to)
  if (end > quote) return end
  return isList(text, from) ? endOfList(text, behindSlashes(text, from), around, to) : from
}

const isList = (text: string, from: number): boolean => BRACKETS.has(text.charAt(behindSlashes(text, from)))

/** `'it'\''s'`: a quote within, as the shell writes it. In JSON the backslash is doubled. */
const SHELLS_QUOTE = /\\+'(?=')/y

/** The end of a value in quotes. `from` where there is none, or an empty text. */
export function endOfQuoted(
  text: string,
  from: number,
  around: number | undefined,
  to: number = text.length,
): number {
  const mark = markAt(text, from)
  if (mark === undefined) return from
  let quoted = quotedAt(text, from, mark, around, to)
  if (quoted.end === quoted.start) return from
  if (!mark.endsWith("'")) return quoted.end
  if (mark === "'")
    for (SHELLS_QUOTE.lastIndex = quoted.end; SHELLS_QUOTE.test(text); SHELLS_QUOTE.lastIndex = quoted.end)
      quoted = quotedAt(text, SHELLS_QUOTE.lastIndex, mark, around, to)
  return quoted.isOpen ? endOfLine(text, quoted.start, to) : quoted.end
}

/**
 * Where a text in single quotes ends that nothing closes: with its line, because in prose the quote may be none. A line that
 * holds no secret has others behind it.
 */
function endOfLine(text: string, from: number, to: number): number {
  const end = newLineAt(text, from, to)
  const line = end === to ? '' : text.slice(from, end).replace(/\r$/, '')
  return line.trim() === '' ? to : from + line.length
}

function newLineAt(text: string, from: number, to: number): number {
  const end = text.slice(from, to).indexOf('\n')
  return end < 0 ? to : from + end
}

function behindSlashes(text: string, from: number): number {
  let at = from
  while (text[at] === '\\') at++
  return at
}

/** A quote with the backslashes before it. */
function markAt(text: string, from: number): string | undefined {
  const at = behindSlashes(text, from)
  return text[at] === '"' || text[at] === "'" ? text.slice(from, at + 1) : undefined
}

function countOf(mark: string, text: string, from: number): number {
  let count = 0
  while (text.startsWith(mark, from + count * mark.length)) count++
  return count
}

/** What shows that two quotes are an empty text: `""hunter2""` is none. */
const BEHIND_EMPTY = /[.:!?]?(?:\s|$)|[,;&)\]}"'\\<>|]|\/>/y

function isEmpty(text: string, end: number): boolean {
  BEHIND_EMPTY.lastIndex = end
  return BEHIND_EMPTY.test(text)
}

interface Quoted {
  readonly start: number
  readonly end: number
  /** Whether nothing closes it. */
  readonly isOpen?: boolean
}

/** Where a text in quotes begins, and the end of its closing quote. A quote of a level further out ends it, too. */
function quotedAt(text: string, from: number, mark: string, around: number | undefined, to: number): Quoted {
  const level = mark.length - 1
  const quote = mark.charAt(level)
  const count = countOf(mark, text, from)
  const start = from + count * mark.length
  const isDoubled = count % 2 === 0
  const opening = { char: quote, at: start - 1, slashes: level }
  if (isDoubled ? isEmpty(text, start) : closesText(text, opening, around)) return { start, end: start }
  // As many quotes close the text as open it. Twice as many are a quote within it: SQL's `'it''s'`.
  const unit = isDoubled ? count : 1
  const escaped = 2 * unit
  const step = stepOf(quote, level, around)
  // No language writes many lines in four quotes or more. Ever fewer of them would each be looked for to the end.
  const last = quote === "'" && unit > 2 ? newLineAt(text, start, to) : to
  for (let sign = nextSign(text, start), next = 0; sign && sign.at < last; sign = nextSign(text, next)) {
    const { char, at, slashes } = sign
    next = at + 1
    if (char === quote && slashes < level) return { start, end: at - slashes }
    if (char === quote && (slashes - level) % step === 0) {
      const run = 1 + countOf(mark, text, next)
      next += (run - 1) * mark.length
      if (run >= unit && run % escaped !== 0) return { start, end: next - (run % unit) * mark.length }
    }
    if (closesText(text, sign, around)) return { start, end: at - slashes }
  }
  return { start, end: to, isOpen: true }
}

/** How long an escaped backslash is, with which a quote is not escaped. In a text of JSON each is written as two. */
function stepOf(quote: string, level: number, around: number | undefined): number {
  const within = quote === "'" && level === 0 && around !== undefined ? 2 * around + 1 : level
  return 2 * (within + 1)
}

const BRACKETS: ReadonlyMap<string, string> = new Map([
  ['[', ']'],
  ['{', '}'],
  ['(', ')'],
])

function endOfList(text: string, from: number, around: number | undefined, to: number): number {
  const opening = text.charAt(from)
  const closing = BRACKETS.get(opening)
  let depth = 0
  let level: number | undefined
  for (let sign = nextSign(text, from), next = 0; sign && sign.at < to; sign = nextSign(text, next)) {
    const { char, at, slashes } = sign
    const first = at - slashes
    next = at + 1
    if (char === opening) depth++
    else if (char === closing) depth--
    else if (char === '"' || (char === "'" && !isApostrophe(text, first))) {
      if (char === '"') level ??= slashes
      if (closesText(text, sign, around) || (char === '"' && slashes < (level ?? 0))) return first
      next = quotedAt(text, first, text.slice(first, next), around, to).end
    }
    if (depth === 0) return next
  }
  return to
}

/** `it's` within a value that is not in quotes, and not `b'…'`. */
function isApostrophe(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 2), at)
  return /[\p{L}\d]$/u.test(before) && !/(?:^|[^\p{L}\d])[bunrfe]$/iu.test(before)
}
