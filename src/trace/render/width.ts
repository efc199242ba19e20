import stringWidth from 'string-width'

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
// Our own marks too: measuring guides and bars grapheme by grapheme took most of the time of a large trace.
const NARROW = /^[\x20-\x7e\u2500-\u259f…×Σµ·✗⋯▶◀]*$/
// Made by the first text that needs it: it costs a start several milliseconds.
let segmenter: Intl.Segmenter | undefined

/** Terminal columns a text takes: wide and combining characters, emoji. The door of `string-width`. */
export function displayWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text)
}

/** What a reader sees as single characters; a cut between two of them never splits a character. */
export function graphemes(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
