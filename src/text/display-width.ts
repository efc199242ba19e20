import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
// With the marks that we draw ourselves: measuring them grapheme by grapheme took most of the time of a large trace.
const NARROW = /^[\x20-\x7e\u2500-\u259f…×Σµ·✗⋯▶◀→↳’–]*$/
// Lazy: loading both takes 21 ms on Node 24 (`npm run bench -- start` measures a start).
let segmenter: Intl.Segmenter | undefined
let stringWidth: ((text: string) => number) | undefined

/** Width of a text in terminal columns, by `string-width`: handles wide and combining characters and emoji. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  stringWidth ??= (require('string-width') as typeof import('string-width')).default
  return stringWidth(text)
}

/** Splits a text into grapheme clusters (Unicode UAX #29), which may be cut apart safely. */
export function graphemes(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
