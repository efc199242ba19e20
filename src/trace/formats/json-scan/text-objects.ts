import type { JsonBytes } from './json-bytes.ts'

/** A string, and one without escapes (RFC 8259, section 7); bytes from 0x80 on are parts of UTF-8. */
const STRING = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*"`
const PLAIN = String.raw`"[^"\\\x00-\x1f]*"`

/** So many bytes become one string: of a shorter one or of one from 128 KiB on V8's heap has more to collect. */
const WINDOW = 120 * 1024
/** With fewer bytes left in it the next string is made: the object may not be whole in this one. */
const ROOM = 2 * 1024

/**
 * Steps over objects whose values are all texts and that lack one key, by a regular expression: V8 makes machine code of
 * it at its second use, and good code of a loop over bytes only after milliseconds. 10,000 spans of Zipkin, whose bytes
 * are mostly tags, are drawn in 168 ms instead of 171; 100,000 take as long either way (Node 24).
 */
export class TextObjects {
  readonly #pattern: RegExp
  /** The bytes from `#start` on, one character each. */
  #window = ''
  #start = 0

  /** `without`: the key, plain text. */
  constructor(without: string) {
    const member = `(?!"${without}")${PLAIN}:${STRING}`
    this.#pattern = new RegExp(String.raw`\{(?:${member}(?:,${member})*)?\}`, 'y')
  }

  /**
   * Skips such an object at the cursor. False for anything else, and for white space in it and what is too long: then
   * nothing is skipped. All calls are for one document, from its start to its end.
   */
  skip(cursor: JsonBytes): boolean {
    const { bytes, at } = cursor
    const end = this.#start + this.#window.length
    if (end < bytes.length && end - at < ROOM) {
      this.#window = bytes.toString('latin1', at, at + WINDOW)
      this.#start = at
    }
    this.#pattern.lastIndex = at - this.#start
    if (!this.#pattern.test(this.#window)) return false
    cursor.at = this.#start + this.#pattern.lastIndex
    return true
  }
}
