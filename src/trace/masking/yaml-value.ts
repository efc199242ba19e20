import { isSaidOfValue } from './said-of-value.ts'

// YAML also writes values on the lines behind their names: a block behind `|` or `>`, or the items of a list.
// Lines are read one by one: one pattern for all of them would need more stack than there is for millions of lines.

/** How a text writes its lines. All patterns are sticky. */
interface Lines {
  readonly newLine: RegExp
  /** A part of a line. */
  readonly part: RegExp
  /** What must follow an item of a list. */
  readonly behindItem: RegExp
}

const PLAIN: Lines = { newLine: /\r?\n/y, part: /[^\n\r]+/y, behindItem: /(?=[\r\n]|$)/y }

const IN_JSON: Lines = {
  newLine: /(?:\\{1,8}r)?\\{1,8}n/y,
  part: /[^\n\r"\\]+|\\+(?![nr"\\])/y,
  behindItem: /(?=\\{1,8}[rn]|\\{0,8}"|$)/y,
}

/** What begins a block: `|`, `>-`, `|2+`, and a comment. */
const INDICATOR = /[|>][+-]?\d?[+-]?[ \t]{0,8}(?:#[^\n\r"\\]{0,256})?/y

const INDENT = /[ \t]{0,64}/y

/** Before the first item: its indent. In JSON the new line, too, which is no white space there. */
const BEFORE_LIST = /(?<=\n([ \t]{0,64}))(?=- )|(?:\\{1,8}r)?\\{1,8}n([ \t]{0,64})(?=- )/y

/** An item of a list: one word, or a text in quotes. More words are what is said of the name: `- must have 8 characters`. */
const ITEM = /- (?:\\{0,8}["']([^"'\\\n\r]{1,512})\\{0,8}["']|([^\s"'\\]+))[ \t]{0,8}/y

/** Where a value ends that stands on the lines behind its name. `from` where the list there holds no value, undefined where none is. */
export function endOfYaml(text: string, from: number): number | undefined {
  return endOfBlock(text, from) ?? endOfList(text, from)
}

/** The lines of a block stand as far in as the first one, or further. */
function endOfBlock(text: string, from: number): number | undefined {
  const behind = endOf(INDICATOR, text, from)
  if (behind === undefined) return undefined
  const lines = endOf(PLAIN.newLine, text, behind) === undefined ? IN_JSON : PLAIN
  let indent: string | undefined
  let end: number | undefined
  for (let start = endOf(lines.newLine, text, behind); start !== undefined; ) {
    const endOfThis = endOfLine(text, start, lines)
    const inset = text.slice(start, endOf(INDENT, text, start))
    indent ??= inset
    const isBlank = start + inset.length === endOfThis
    if (indent === '' || !(isBlank || text.startsWith(indent, start))) break
    if (!isBlank) end = endOfThis
    start = endOf(lines.newLine, text, endOfThis)
  }
  return end
}

function endOfLine(text: string, from: number, { part }: Lines): number {
  let end = from
  for (let next = endOf(part, text, end); next !== undefined; next = endOf(part, text, end)) end = next
  return end
}

/** The items of a list stand as far in as the first one. Where each says something of the value only, all are left. */
function endOfList(text: string, from: number): number | undefined {
  BEFORE_LIST.lastIndex = from
  const before = BEFORE_LIST.exec(text)
  if (!before) return undefined
  const [found, plain, inJson] = before
  const [lines, indent] = plain === undefined ? [IN_JSON, inJson ?? ''] : [PLAIN, plain]
  let end = from
  let isValue = false
  for (let start: number | undefined = from + found.length; start !== undefined; ) {
    ITEM.lastIndex = start
    const [item, inQuotes, word] = ITEM.exec(text) ?? []
    if (item === undefined || endOf(lines.behindItem, text, start + item.length) === undefined) break
    end = start + item.length
    isValue ||= !isSaidOfValue(inQuotes ?? word ?? '')
    const next = endOf(lines.newLine, text, end)
    start = next !== undefined && text.startsWith(indent, next) ? next + indent.length : undefined
  }
  return isValue ? end : from
}

/** Where the match of a sticky pattern ends. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
