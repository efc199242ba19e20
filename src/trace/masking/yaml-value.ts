// YAML also writes values on the lines behind their names: a block behind `|` or `>`, or the items of a list.

/** What begins a block: `|`, `>-`, `|2+`, and a comment. */
const INDICATOR = /[|>][+-]?\d?[+-]?[ \t]{0,8}(?:#[^\n\r"\\]{0,256})?/

const NEW_LINE = /\r?\n/

/** A line of a text of JSON, and its end. */
const NEW_LINE_IN_JSON = /(?:\\{1,8}r)?\\{1,8}n/

const LINE_IN_JSON = /(?:[^\n\r"\\]|\\+(?![nr"\\]))*/

/** The lines of a block stand as far in as the first one, or further. */
const blockOf = (indent: string, newLine: RegExp, line: RegExp): string =>
  `${INDICATOR.source}${newLine.source}(?<${indent}>[ \\t]{1,64})${line.source}` +
  `(?:${newLine.source}(?:\\k<${indent}>${line.source}|[ \\t]{0,64}(?=${newLine.source})))*`

/** An item of a list: one word, or a text in quotes. More words are what is said of the name: `- must have 8 characters`. */
const ITEM = /- (?:\\{0,8}["'][^"'\\\n\r]{1,512}\\{0,8}["']|[^\s"'\\]+)[ \t]{0,8}/

/** The items of a list stand as far in as the first one. */
const LIST = `(?<=\\n(?<list>[ \\t]{0,64}))${ITEM.source}(?:\\r?\\n\\k<list>${ITEM.source})*(?=[\\r\\n]|$)`

const LIST_IN_JSON =
  `${NEW_LINE_IN_JSON.source}(?<json>[ \\t]{0,64})${ITEM.source}` +
  `(?:${NEW_LINE_IN_JSON.source}\\k<json>${ITEM.source})*(?=\\\\{1,8}[rn]|\\\\{0,8}"|$)`

/** A value on the lines behind its name. Part of a pattern. */
export const YAML_VALUE = [
  blockOf('block', NEW_LINE, /[^\n\r]*/),
  blockOf('blockInJson', NEW_LINE_IN_JSON, LINE_IN_JSON),
  LIST,
  LIST_IN_JSON,
].join('|')
