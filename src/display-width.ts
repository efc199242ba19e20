import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
// Our own marks too: measuring guides and bars grapheme by grapheme took most of the time of a large trace.
const NARROW = /^[\x20-\x7e\u2500-\u259f…×Σµ·✗⋯▶◀→’–]*$/
// Both are made by the first text that needs them: they take 21 ms of a start of 60 ms (Node 24, least of 20 runs).
let segmenter: Intl.Segmenter | undefined
let stringWidth: ((text: string) => number) | undefined

/** Terminal columns a text takes: wide and combining characters, emoji. The door of `string-width`. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  stringWidth ??= (require('string-width') as typeof import('string-width')).default
  return stringWidth(text)
}

/** What a reader sees as single characters; a cut between two of them never splits a character. */
export function graphemes(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
