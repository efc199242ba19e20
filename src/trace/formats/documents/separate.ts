import { NEWLINE, parsed } from './json-text.ts'

const [QUOTE, BACKSLASH, BLANK, RETURN, TAB] = [0x22, 0x5c, 0x20, 0x0d, 0x09]
const OPENING: readonly (number | undefined)[] = [0x7b, 0x5b]
const CLOSING: readonly (number | undefined)[] = [0x7d, 0x5d]
const BLANKS: readonly (number | undefined)[] = [BLANK, TAB, NEWLINE, RETURN]

/**
 * Documents that follow each other and are not one a line (`jq .` makes such, and programs that write no line break), as one a
 * line. Undefined: there is only one, or one of them is not JSON.
 */
export function asLines(bytes: Buffer): Buffer | undefined {
  const documents = divided(bytes)
  if (documents === undefined || documents.length < 2) return undefined
  if (documents.some((document) => parsed(document) === undefined)) return undefined
  const end = Buffer.from('\n')
  return Buffer.concat(documents.flatMap((document) => [inOneLine(document), end]))
}

/** The objects and lists at the top. Undefined: something else is there. */
function divided(bytes: Buffer): Buffer[] | undefined {
  const documents: Buffer[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at < bytes.length; at++) {
    const sign = bytes[at]
    if (depth === 0 && OPENING.includes(sign)) from = at
    else if (depth === 0 && !BLANKS.includes(sign)) return undefined
    if (OPENING.includes(sign)) depth++
    else if (CLOSING.includes(sign)) depth--
    else if (sign === QUOTE) at = endOfText(bytes, at)
    if (depth === 0 && CLOSING.includes(sign)) documents.push(bytes.subarray(from, at + 1))
  }
  return depth === 0 ? documents : undefined
}

/** Where the text ends that begins at `from`. */
function endOfText(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

/** JSON has line breaks between its members only: within a text they are escaped. */
function inOneLine(document: Buffer): Buffer {
  const line = Buffer.from(document)
  for (let at = line.indexOf(NEWLINE); at >= 0; at = line.indexOf(NEWLINE, at + 1)) line[at] = BLANK
  return line
}
