import type { TextPool } from '../text-pool.ts'
import { JsonBytes, NINE, OPEN_LIST, OPEN_OBJECT, QUOTE, ZERO } from './json-bytes.ts'
import type { JsonKeys } from './json-keys.ts'

/** Lookup table: 1 for lower-case hex digits. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[0-9a-f]/.test(String.fromCharCode(byte))))
const ZEROS = '0'.repeat(16)
const NULL = Buffer.from('null')
const COMMA = 0x2c
const CLOSE_OBJECT = 0x7d

/**
 * Reads single values from the bytes of a JSON text, without parsing the whole into objects. Each value is what
 * `JSON.parse` gives; where that is not certain it throws `FALLBACK`.
 */
export class JsonCursor extends JsonBytes {
  readonly #keys: JsonKeys
  readonly #texts: TextPool

  constructor(bytes: Buffer, keys: JsonKeys, texts: TextPool) {
    super(bytes)
    this.#keys = keys
    this.#texts = texts
  }

  /** The first key of the next object; `undefined` when it is empty (then it is consumed). */
  firstKey(): string | undefined {
    return this.enter(OPEN_OBJECT) ? this.#keys.read(this) : undefined
  }

  /** After a value: the next key of its object; `undefined` at its end, which is consumed. */
  nextKey(): string | undefined {
    return this.nextItem(OPEN_OBJECT) ? this.#keys.read(this) : undefined
  }

  /** Calls `read` at each object in the next list; skips its other items. */
  objects(read: () => void): void {
    for (let more = this.enter(OPEN_LIST); more; more = this.nextItem(OPEN_LIST)) {
      if (this.peek() === OPEN_OBJECT) read()
      else this.skip()
    }
  }

  /** The next value, parsed. Texts without escapes are interned. */
  value(): unknown {
    const sign = this.peek()
    const start = this.at
    if (sign === QUOTE) {
      if (this.skipString()) return this.#texts.text(this.bytes, start + 1, this.at - 1)
      this.at = start
    } else if (this.#isDigit(start) && this.#isMemberEnd(start + 1)) {
      // An enum of OTLP: there is one in every span.
      this.at = start + 1
      return sign - ZERO
    } else if (this.skipIfEqual(NULL)) return null
    this.skip()
    return JSON.parse(this.bytes.toString('utf8', start, this.at)) as unknown
  }

  /** The same, but ids that are {@link plainId} are not interned: they are nearly unique and would fill the pool. */
  id(): unknown {
    return this.plainId() ?? this.value()
  }

  /**
   * An id of sixteen lower-case hex digits that are not all zero: `hexId` gives it as it stands. `undefined` for any other, which
   * is not consumed.
   */
  plainId(): string | undefined {
    const quote = this.peek() === QUOTE ? this.at : -1
    if (quote < 0 || this.bytes[quote + 17] !== QUOTE) return undefined
    for (let i = 1; i <= 16; i++) if (HEX[this.bytes[quote + i]!] !== 1) return undefined
    const id = this.bytes.toString('latin1', quote + 1, quote + 17)
    if (id === ZEROS) return undefined
    this.at = quote + 18
    return id
  }

  /** The same, but the nineteen digits of a time in quotes come as a `bigint`. */
  time(): unknown {
    const quote = this.peek() === QUOTE ? this.at : -1
    if (quote < 0 || this.bytes[quote + 20] !== QUOTE) return this.value()
    // In two parts: neither has more digits than a number holds exactly.
    const seconds = this.#number(quote + 1, 10)
    const nanos = this.#number(quote + 11, 9)
    if (seconds < 0 || nanos < 0) return this.value()
    this.at = quote + 21
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
  }

  /** The same, but the digits of a number, such as microseconds, are read without making a text of them. */
  integer(): unknown {
    this.peek()
    const { bytes, at } = this
    let number = 0
    let end = at
    for (; this.#isDigit(end); end++) number = number * 10 + (bytes[end]! - ZERO)
    // Longer ones, zeros in front and what is no integer are left to `JSON.parse`.
    const isPlain = end > at && end - at < 16 + Number(bytes[at]! < NINE) && bytes[at] !== ZERO
    if (!isPlain || !this.#isMemberEnd(end)) return this.value()
    this.at = end
    return number
  }

  /** `count` digits from `at` on; -1 when they are not all digits. */
  #number(at: number, count: number): number {
    let number = 0
    for (let i = at; i < at + count; i++) {
      if (!this.#isDigit(i)) return -1
      number = number * 10 + (this.bytes[i]! - ZERO)
    }
    return number
  }

  #isMemberEnd(at: number): boolean {
    return this.bytes[at] === COMMA || this.bytes[at] === CLOSE_OBJECT
  }

  #isDigit(at: number): boolean {
    const byte = this.bytes[at]!
    return byte >= ZERO && byte <= ZERO + 9
  }
}
