import { createRequire } from 'node:module'

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
// With the marks that we draw ourselves: measuring them grapheme by grapheme took most of the time of a large trace.
const NARROW = /^[\x20-\x7e\u2500-\u259f…×Σµ·✗⋯▶◀→↳’–]*$/
// Lazy: loading both takes 21 ms on Node 24 (`npm run bench -- start` measures a start).
let segmenter: Intl.Segmenter | undefined
let stringWidth: ((text: string) => number) | undefined

/** `Intl.Segmenter` takes the square of the time for a long text, so it is read in pieces of so many UTF-16 units. */
const PIECE = 2048

/** Width of a text in terminal columns, by `string-width`: handles wide and combining characters and emoji. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  stringWidth ??= (createRequire(import.meta.url)('string-width') as typeof import('string-width')).default
  if (text.length <= PIECE) return stringWidth(text)
  let width = 0
  for (const piece of pieces(text)) width += stringWidth(piece.join(''))
  return width
}

/** Splits a text into grapheme clusters (Unicode UAX #29), which may be cut apart safely. */
export function graphemes(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('')
  return text.length <= PIECE ? segments(text) : [...pieces(text)].flat()
}

/**
 * The clusters of a long text, some at a time. The last one of a piece may continue behind it, so the next piece begins with
 * it.
 */
function* pieces(text: string): Generator<string[]> {
  for (let from = 0; from < text.length; ) {
    // A half of a surrogate pair would be a cluster of its own, and the one before it taken for whole.
    const end = from + PIECE - (/[\ud800-\udbff]/.test(text[from + PIECE - 1] ?? '') ? 1 : 0)
    const parts = segments(text.slice(from, end))
    if (end < text.length && parts.length > 1) parts.pop()
    from += parts.join('').length
    yield parts
  }
}

function segments(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The width of the widest text in terminal columns. Not `Math.max(...)`, which ends for want of stack at some 100,000 texts. */
export const widest = (texts: readonly string[], least = 0): number =>
  texts.reduce((most, text) => Math.max(most, displayWidth(text)), least)
