import { isLowerHex } from './foreign-json.ts'

// Why there is a JSON scanner beside JSON.parse: no library leaves attributes in the bytes until they are read, and a waterfall
// reads few. 100,000 spans (86 MB of OTLP/JSON) are read in 304 ms of CPU and 289 MB; with JSON.parse, which builds every
// object first, in 954 ms and 845 MB (Node 24, minimum of three alternating runs). Unusual input falls back to JSON.parse.

/** Thrown to fall back to `JSON.parse`: for broken JSON, and for legal JSON that is unusual. */
export const FALLBACK = new Error('unusual JSON')

export const QUOTE = 0x22
const OPEN_OBJECT = 0x7b
export const OPEN_LIST = 0x5b
const ZERO = 0x30
const NINE = 0x39
/** Distance in ASCII from an opening bracket to its closing one. */
const CLOSES = 2
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const LETTER_E = 0x65
const LETTER_U = 0x75

/** Deeper nesting falls back; `JSON.parse` and the readers have limits of their own. */
const MOST_DEEP = 256
/** `JSON.parse` may round longer integers, and readers have to know. */
const MOST_DIGITS = 15

const table = (signs: string): Uint8Array => {
  const bytes = new Uint8Array(256)
  for (const sign of Buffer.from(signs)) bytes[sign] = 1
  return bytes
}
/** Bytes of a string that need no unescaping; those from 0x80 on are parts of UTF-8. */
const PLAIN = new Uint8Array(256).fill(1, 0x20)
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0
const BLANK = table(' \n\r\t')
const HEX = table('0123456789abcdefABCDEF')
const ESCAPES = table('"\\/bfnrt')
/** By their first byte. */
const WORDS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]))

/**
 * A cursor over the bytes of a JSON text that skips values without parsing them. It validates every skipped byte against RFC
 * 8259, so it accepts nothing that `JSON.parse` would reject. Throws {@link FALLBACK} at invalid bytes, at integers that
 * `JSON.parse` may round, and at nesting beyond {@link MOST_DEEP}.
 */
class JsonBytes {
  readonly bytes: Buffer
  at = 0
  readonly #around = new Uint8Array(MOST_DEEP)

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Skips white space and returns the next byte without consuming it; -1 at the end. */
  peek(): number {
    while (BLANK[this.bytes[this.at]!] === 1) this.at++
    return this.bytes[this.at] ?? -1
  }

  /** Skips the next bytes if they equal `raw`; false when they do not. */
  skipIfEqual(raw: Buffer): boolean {
    const { bytes, at } = this
    for (let i = 0; i < raw.length; i++) if (bytes[at + i] !== raw[i]) return false
    this.at += raw.length
    return true
  }

  /** Enters an object or a list. False when it is empty; then it is consumed. */
  enter(open: number): boolean {
    if (this.peek() !== open) throw FALLBACK
    this.at++
    if (this.peek() !== open + CLOSES) return true
    this.at++
    return false
  }

  /** After a value: consumes the comma and returns true, or consumes the closing bracket and returns false. */
  nextItem(open: number): boolean {
    const sign = this.peek()
    if (sign !== COMMA && sign !== open + CLOSES) throw FALLBACK
    this.at++
    return sign === COMMA
  }

  skipColon(): void {
    if (this.peek() !== COLON) throw FALLBACK
    this.at++
  }

  /** Skips the next value. No recursion: the nesting depth is not known. */
  skip(): void {
    const around = this.#around
    let depth = 0
    for (;;) {
      const sign = this.peek()
      if (sign === OPEN_OBJECT || sign === OPEN_LIST) {
        if (depth === around.length) throw FALLBACK
        if (this.enter(sign)) {
          around[depth++] = sign
          if (sign === OPEN_OBJECT) this.#passKey()
          continue
        }
      } else if (sign === QUOTE) this.skipString()
      else if (sign === MINUS || isDigit(sign)) this.#passNumber()
      else this.#passWord(sign)
      for (; ; depth--) {
        if (depth === 0) return
        const open = around[depth - 1]!
        if (!this.nextItem(open)) continue
        if (open === OPEN_OBJECT) this.#passKey()
        break
      }
    }
  }

  /** Skips the string that begins here. True when it has no escapes, so that its bytes are the text itself. */
  skipString(): boolean {
    const { bytes } = this
    let at = this.at + 1
    let plain = true
    for (;;) {
      // Four bytes each time around: the end of a loop costs V8 more than a byte does. 117 MB take 300 ms, and 530 by ones.
      while (
        PLAIN[bytes[at]!] === 1 &&
        PLAIN[bytes[++at]!] === 1 &&
        PLAIN[bytes[++at]!] === 1 &&
        PLAIN[bytes[++at]!] === 1
      )
        at++
      const byte = bytes[at++]
      if (byte === QUOTE) break
      if (byte !== BACKSLASH) throw FALLBACK
      plain = false
      at = this.#afterEscape(at)
    }
    this.at = at
    return plain
  }

  #passKey(): void {
    if (this.peek() !== QUOTE) throw FALLBACK
    this.skipString()
    this.skipColon()
  }

  #afterEscape(at: number): number {
    const { bytes } = this
    const sign = bytes[at]!
    if (ESCAPES[sign] === 1) return at + 1
    if (sign !== LETTER_U) throw FALLBACK
    for (let i = 1; i <= 4; i++) if (HEX[bytes[at + i]!] !== 1) throw FALLBACK
    return at + 5
  }

  #passWord(sign: number): void {
    const word = WORDS.get(sign)
    if (word === undefined || !this.skipIfEqual(word)) throw FALLBACK
  }

  #passNumber(): void {
    const { bytes } = this
    const start = bytes[this.at] === MINUS ? this.at + 1 : this.at
    let at = bytes[start] === ZERO ? start + 1 : this.#afterDigits(start)
    const end = at
    if (bytes[at] === POINT) at = this.#afterDigits(at + 1)
    if ((bytes[at]! | 0x20) === LETTER_E) {
      const sign = bytes[at + 1]
      at = this.#afterDigits(sign === PLUS || sign === MINUS ? at + 2 : at + 1)
    }
    if (at === end && end - start > MOST_DIGITS) throw FALLBACK
    this.at = at
  }

  #afterDigits(at: number): number {
    let end = at
    while (isDigit(this.bytes[end]!)) end++
    if (end === at) throw FALLBACK
    return end
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

export const NEWLINE = 0x0a

/** The first byte that is neither white space nor a byte order mark. */
export function firstSign(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (isBlank(bytes[at])) at++
  return at
}

const isBlank = (sign: number | undefined): boolean =>
  sign === 0x20 || sign === NEWLINE || sign === 0x0d || sign === 0x09

const OTHER_KEY = ''
/** Limit of other keys that are cached: a document with more uses keys as data. */
const MOST_OTHERS = 256
const NULL = Buffer.from('null')

interface Key {
  readonly text: string
  /** As in the document, with quotes and colon. */
  readonly raw: Buffer
  /** The key that came after it the last time. */
  next: Key | undefined
}

/** The known keys, which the documents of one input share. */
export class Vocabulary {
  readonly #known = new Map<string, Key>()
  readonly #most: number
  #last: Key = { text: OTHER_KEY, raw: Buffer.alloc(0), next: undefined }

  constructor(keys: readonly string[]) {
    for (const text of keys) this.#add(text, text)
    this.#most = this.#known.size + MOST_OTHERS
  }

  /**
   * Reads the key at the cursor and its colon: as the very string that was asked for, and all others as ''. Objects of a list
   * mostly have their members in the same order, so the key that came next the last time is compared first. Without that
   * 100,000 spans take 425 ms instead of 304.
   */
  key(cursor: JsonBytes): string {
    const guess = this.#last.next
    if (guess !== undefined && cursor.skipIfEqual(guess.raw)) {
      this.#last = guess
      return guess.text
    }
    if (cursor.peek() !== QUOTE) throw FALLBACK
    const start = cursor.at + 1
    // An escaped key could be any other.
    if (!cursor.skipString()) throw FALLBACK
    const written = cursor.bytes.toString('utf8', start, cursor.at - 1)
    cursor.skipColon()
    const key = this.#known.get(written) ?? (this.#known.size < this.#most && this.#add(written, OTHER_KEY))
    if (!key) return OTHER_KEY
    this.#last.next = key
    this.#last = key
    return key.text
  }

  #add(written: string, text: string): Key {
    const key: Key = { text, raw: Buffer.from(`"${written}":`), next: undefined }
    this.#known.set(written, key)
    return key
  }
}

/** Reads single values from JSON. Each is what `JSON.parse` gives; where that is not certain it throws `FALLBACK`. */
export class JsonCursor extends JsonBytes {
  readonly #vocabulary: Vocabulary

  constructor(bytes: Buffer, vocabulary: Vocabulary) {
    super(bytes)
    this.#vocabulary = vocabulary
  }

  /** The first key of the next object; `undefined` when it is empty (then it is consumed). */
  firstKey(): string | undefined {
    return this.enter(OPEN_OBJECT) ? this.#vocabulary.key(this) : undefined
  }

  /** After a value: the next key of its object; `undefined` at its end, which is consumed. */
  nextKey(): string | undefined {
    return this.nextItem(OPEN_OBJECT) ? this.#vocabulary.key(this) : undefined
  }

  /** Calls `read` at each object in the next list; skips its other items, and what isn't a list. */
  objects(read: () => void): void {
    const isList = this.peek() === OPEN_LIST
    if (!isList) this.skip()
    for (let more = isList && this.enter(OPEN_LIST); more; more = this.nextItem(OPEN_LIST)) {
      if (this.peek() === OPEN_OBJECT) read()
      else this.skip()
    }
  }

  value(): unknown {
    const sign = this.peek()
    const start = this.at
    if (sign === QUOTE) {
      if (this.skipString()) return this.bytes.toString('utf8', start + 1, this.at - 1)
    } else {
      if (this.skipIfEqual(NULL)) return null
      this.skip()
      // An enum of OTLP: there is one in every span.
      if (this.at === start + 1) return sign - ZERO
    }
    return JSON.parse(this.bytes.toString('utf8', start, this.at)) as unknown
  }

  /** The same, and sooner where it is an id of sixteen digits. */
  id(): unknown {
    const start = this.peek() === QUOTE ? this.at + 1 : -1
    if (start < 0 || this.bytes[start + 16] !== QUOTE) return this.value()
    const id = this.bytes.toString('latin1', start, start + 16)
    if (!isLowerHex(id)) return this.value()
    this.at = start + 17
    return id
  }

  /** The same, but the nineteen digits of a time in quotes come as a `bigint`. */
  time(): unknown {
    const start = this.peek() === QUOTE ? this.at + 1 : -1
    if (start < 0 || this.bytes[start + 19] !== QUOTE) return this.value()
    // In two parts: neither has more digits than a number holds exactly.
    let [seconds, nanos] = [0, 0]
    for (let i = 0; i < 19; i++) {
      const byte = this.bytes[start + i]!
      if (!isDigit(byte)) return this.value()
      if (i < 10) seconds = seconds * 10 + byte - ZERO
      else nanos = nanos * 10 + byte - ZERO
    }
    this.at = start + 20
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
  }
}
