import { NEWLINE } from './json-text.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const [BLANK, RETURN, TAB] = [0x20, 0x0d, 0x09]

/** Whether an object or a list begins with this byte. */
export const isOpening = (sign: number | undefined): boolean => sign === 0x7b || sign === 0x5b
const isClosing = (sign: number | undefined): boolean => sign === 0x7d || sign === 0x5d
const isBlank = (sign: number | undefined): boolean =>
  sign === BLANK || sign === NEWLINE || sign === RETURN || sign === TAB

/**
 * The objects and lists that follow each other in a text, with or without blanks between them (`jq .` makes such, and programs
 * that write no line break), one at a time: there may be very many. Then what is left and is none: one that does not end, or
 * something else. Nothing in them is looked at.
 */
export function* separate(bytes: Buffer): Generator<Buffer> {
  for (let from = behindBlanks(bytes, 0); from < bytes.length; ) {
    const end = isOpening(bytes[from]) ? endOfDocument(bytes, from) : bytes.length
    yield bytes.subarray(from, end)
    from = behindBlanks(bytes, end)
  }
}

function behindBlanks(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    if (isBlank(bytes[at])) at++
    else if (isMark(bytes, at)) at += 3
    else return at
  }
}

/** Files that were joined may have a byte order mark before each document. */
const isMark = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf

/** The end of the text, where the document has none. */
function endOfDocument(bytes: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const sign = bytes[at]
    if (sign === QUOTE) at = endOfText(bytes, at)
    else if (isOpening(sign)) depth++
    else if (isClosing(sign) && --depth === 0) return at + 1
  }
  return bytes.length
}

/** Where the text ends that begins at `from`. */
function endOfText(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}
