import { endOf, endOfAll, matchAt } from '../sticky.ts'
import { isSaidOfValue } from './said-of-value.ts'

// YAML also writes values on the lines behind their names: a block behind `|` or `>`, or the items of a list.

/** How a text writes its lines. All patterns are sticky. */
interface Lines {
  readonly newLine: RegExp
  /** A part of a line. */
  readonly part: RegExp
  /** What must follow an item of a list. */
  readonly behindItem: RegExp
}

const PLAIN: Lines = { newLine: /\r?\n/y, part: /[^\n\r]+/y, behindItem: /(?=[\r\n]|$)/y }

/**
 * Lines in a text of JSON. Where it is a text within JSON, more backslashes stand before each new line, and nearly twice as
 * many before a quote that is a part of the line. Twice as many are a backslash of the line.
 */
function inJson(slashes: number): Lines {
  const escaped = `\\\\{${slashes},${2 * slashes - 1}}`
  return {
    newLine: new RegExp(`(?:${escaped}r)?${escaped}n`, 'y'),
    part: new RegExp(`[^\\n\\r"\\\\]+|\\\\{${2 * slashes}}|${escaped}"|\\\\+(?![nr"\\\\])`, 'y'),
    behindItem: /(?=\\{1,8}[rn]|\\{0,8}"|$)/y,
  }
}

const NEW_LINE_IN_JSON = /(?:\\{1,8}r)?(\\{1,8})n/y

/** A comment goes to the end of its line. */
const COMMENT_TO_END = /#(?:[^\n\r]{0,256}(?=\r?\n)|[^\n\r"\\]{0,256})/.source

/** The items of a list begin on the next line. */
const LIST_NEXT = /(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{0,64}- /.source

/** Tags and anchors (`!!str`, `&x`), and a comment before a list. The value stands behind them, or begins with `&` itself. */
export const BEFORE_YAML = new RegExp(
  `(?<=:[ \\t]{1,3})(?:[!&][^\\s"'\\\\]{1,128}(?:[ \\t]{1,8}(?=\\S)|(?=${LIST_NEXT}))){0,4}(?:${COMMENT_TO_END}(?=${LIST_NEXT}))?(?:\\r?\\n[ \\t]{0,64}(?=- )|&(?=[^\\s,;&"'\\\\]))?`,
  'y',
)

/** What begins a block: `|`, `>-`, `|2+`, and a comment. */
const INDICATOR = new RegExp(`[|>][+-]?\\d?[+-]?[ \\t]{0,8}(?:${COMMENT_TO_END})?`, 'y')

const INDENT = /[ \t]{0,64}/y

/** Before the first item: its indent. */
const BEFORE_LIST = /(?<=\n([ \t]{0,64}))(?=- )/y

/** The new line is no white space there, so it is a part of the match. */
const BEFORE_LIST_IN_JSON = new RegExp(`${NEW_LINE_IN_JSON.source}([ \\t]{0,64})(?=- )`, 'y')

/** An item of a list: one word, or a text in quotes. More words are what is said of the name: `- must have 8 characters`. */
const ITEM = /- {1,8}(?:\\{0,8}["']([^"'\\\n\r]{1,512})\\{0,8}["']|([^\s"'\\]+))[ \t]{0,64}/y

const COMMENT = /(?<=[ \t])#/y

/** Where a value ends that stands on the lines behind its name. `from` where the list there holds no value, undefined where none is. */
export function endOfYaml(text: string, from: number): number | undefined {
  return endOfBlock(text, from) ?? endOfList(text, from)
}

/** Where a block ends. Its lines stand as far in as the first one that is not empty, or further. */
export function endOfBlock(text: string, from: number): number | undefined {
  const behind = endOf(INDICATOR, text, from) ?? from
  const lines = behind === from ? undefined : linesAt(text, behind)
  if (lines === undefined) return undefined
  let indent: string | undefined
  let end: number | undefined
  for (let start = endOf(lines.newLine, text, behind); start !== undefined; ) {
    const endOfThis = endOfAll(lines.part, text, start)
    const inset = text.slice(start, endOf(INDENT, text, start))
    if (start + inset.length < endOfThis) {
      indent ??= inset
      if (indent === '' || !inset.startsWith(indent)) break
      end = endOfThis
    }
    start = endOf(lines.newLine, text, endOfThis)
  }
  return end
}

/** How the text writes its lines, by the new line that stands here. */
function linesAt(text: string, at: number): Lines | undefined {
  if (endOf(PLAIN.newLine, text, at) !== undefined) return PLAIN
  const slashes = matchAt(NEW_LINE_IN_JSON, text, at)?.[1]
  return slashes === undefined ? undefined : inJson(slashes.length)
}

/** The items of a list stand as far in as the first one. Where each says something of the value only, all are left. */
function endOfList(text: string, from: number): number | undefined {
  const isPlain = endOf(BEFORE_LIST, text, from) !== undefined
  const lines = isPlain ? PLAIN : linesAt(text, from)
  const before = matchAt(isPlain ? BEFORE_LIST : BEFORE_LIST_IN_JSON, text, from)
  if (lines === undefined || !before) return undefined
  const indent = before.at(-1) ?? ''
  let end = from
  let isValue = false
  for (let start: number | undefined = from + before[0].length; start !== undefined; ) {
    const [item, inQuotes, word] = matchAt(ITEM, text, start) ?? []
    if (item === undefined) break
    const behind = start + item.length
    const endOfThis = endOf(COMMENT, text, behind) === undefined ? behind : endOfAll(lines.part, text, behind)
    if (endOf(lines.behindItem, text, endOfThis) === undefined) break
    end = endOfThis
    isValue ||= !isSaidOfValue(inQuotes ?? word ?? '')
    const next = endOf(lines.newLine, text, end)
    start = next !== undefined && text.startsWith(indent, next) ? next + indent.length : undefined
  }
  return isValue ? end : from
}
