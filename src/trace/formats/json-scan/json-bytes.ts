// Why there is a scanner of JSON beside JSON.parse: no library gives spans whose attributes are left in the bytes until they
// are asked for, and a waterfall asks for those of a handful. 100,000 spans (86 MB of OTLP/JSON) are read in 304 ms of CPU
// and 289 MB; with JSON.parse, which makes every object first, in 954 ms and 845 MB (Node 24, the least of three runs in turn).
// What is unusual goes to JSON.parse all the same, so this room can be left out on any day: formats/sniff.ts alone enters it.

/** Thrown at anything that is left to `JSON.parse`: what is broken, and what is legal but odd. */
export const UNUSUAL = new Error('unusual JSON')

export const QUOTE = 0x22
export const OPEN_OBJECT = 0x7b
export const OPEN_LIST = 0x5b
export const ZERO = 0x30
/** From an opening bracket to its closing one, in ASCII. */
const CLOSES = 2
const SPACE = 0x20
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const LETTER_E = 0x65
const LETTER_U = 0x75

/** Deeper nesting is unusual; `JSON.parse` and the readers have bounds of their own. */
const MOST_DEEP = 256
/** `JSON.parse` may round integers of more digits, and readers have to hear of it. */
const MOST_DIGITS = 15

const table = (bytes: string | ((byte: number) => boolean)): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) =>
    Number(typeof bytes === 'string' ? bytes.includes(String.fromCharCode(byte)) : bytes(byte)),
  )
/** Bytes of a string that stand for themselves; those from 0x80 on are parts of UTF-8. */
const PLAIN = table((byte) => byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH)
const HEX = table('0123456789abcdefABCDEF')
const ESCAPES = table('"\\/bfnrt')
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word))

/**
 * A place in the bytes of a JSON text, and steps over what stands there. Every byte passed is checked against RFC 8259,
 * so nothing is accepted that `JSON.parse` would refuse. {@link UNUSUAL} is thrown where a step cannot be taken, at
 * integers of 16 and more digits, and at nesting beyond 256 levels.
 */
export class JsonBytes {
  readonly bytes: Buffer
  at: number
  readonly #around = new Uint8Array(MOST_DEEP)

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** Passes white space and returns the byte that comes next; -1 at the end. */
  peek(): number {
    const byte = this.bytes[this.at] as number
    return byte > SPACE ? byte : this.#passSpace()
  }

  /** Steps into an object or a list. False when it is empty, which passes it. */
  enters(open: number): boolean {
    if (this.peek() !== open) throw UNUSUAL
    this.at++
    if (this.peek() !== open + CLOSES) return true
    this.at++
    return false
  }

  /** After a value: true, past the comma, when the object or list goes on; false, past its end, when it does not. */
  goesOn(open: number): boolean {
    const sign = this.peek()
    if (sign !== COMMA && sign !== open + CLOSES) throw UNUSUAL
    this.at++
    return sign === COMMA
  }

  passColon(): void {
    if (this.peek() !== COLON) throw UNUSUAL
    this.at++
  }

  /** Steps over the bytes that come next if they are these. */
  passes(raw: Buffer): boolean {
    const { bytes, at } = this
    for (let i = 0; i < raw.length; i++) if (bytes[at + i] !== raw[i]) return false
    this.at = at + raw.length
    return true
  }

  /** The same for what stands at an earlier place: an object, a list or a string, which end by themselves. */
  repeats(start: number, end: number): boolean {
    const { bytes, at } = this
    for (let i = start; i < end; i++) if (bytes[i] !== bytes[at + i - start]) return false
    this.at = at + end - start
    return true
  }

  /** Steps over the value that comes next. No recursion: nothing says how deep it is. */
  skip(): void {
    const around = this.#around
    let depth = 0
    for (;;) {
      const sign = this.peek()
      if (sign === OPEN_OBJECT || sign === OPEN_LIST) {
        if (depth === MOST_DEEP) throw UNUSUAL
        if (this.enters(sign)) {
          around[depth++] = sign
          if (sign === OPEN_OBJECT) this.#passKey()
          continue
        }
      } else this.#passScalar(sign)
      for (; ; depth--) {
        if (depth === 0) return
        const open = around[depth - 1] as number
        if (!this.goesOn(open)) continue
        if (open === OPEN_OBJECT) this.#passKey()
        break
      }
    }
  }

  /** Steps over the string that begins here. True when what stands between its quotes is the text itself. */
  passString(): boolean {
    const { bytes } = this
    let at = this.at + 1
    let plain = true
    for (;;) {
      while (PLAIN[bytes[at] as number] === 1) at++
      const byte = bytes[at++]
      if (byte === QUOTE) break
      if (byte !== BACKSLASH) throw UNUSUAL
      plain = false
      at = this.#afterEscape(at)
    }
    this.at = at
    return plain
  }

  #passSpace(): number {
    const { bytes } = this
    for (let { at } = this; ; at++) {
      const byte = at < bytes.length ? (bytes[at] as number) : -1
      if (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      this.at = at
      return byte
    }
  }

  #passKey(): void {
    if (this.peek() !== QUOTE) throw UNUSUAL
    this.passString()
    this.passColon()
  }

  #afterEscape(at: number): number {
    const { bytes } = this
    const sign = bytes[at] as number
    if (ESCAPES[sign] === 1) return at + 1
    if (sign !== LETTER_U) throw UNUSUAL
    for (let i = 1; i <= 4; i++) if (HEX[bytes[at + i] as number] !== 1) throw UNUSUAL
    return at + 5
  }

  #passScalar(sign: number): void {
    if (sign === QUOTE) this.passString()
    else if (sign === MINUS || isDigit(sign)) this.#passNumber()
    else this.#passWord()
  }

  #passWord(): void {
    const word = WORDS.find((one) => one[0] === this.bytes[this.at])
    if (!word?.equals(this.bytes.subarray(this.at, this.at + word.length))) throw UNUSUAL
    this.at += word.length
  }

  #passNumber(): void {
    const { bytes } = this
    const start = bytes[this.at] === MINUS ? this.at + 1 : this.at
    let at = bytes[start] === ZERO ? start + 1 : this.#afterDigits(start)
    const digits = at - start
    let whole = true
    if (bytes[at] === POINT) {
      whole = false
      at = this.#afterDigits(at + 1)
    }
    if (((bytes[at] as number) | 0x20) === LETTER_E) {
      whole = false
      const sign = bytes[at + 1]
      at = this.#afterDigits(sign === PLUS || sign === MINUS ? at + 2 : at + 1)
    }
    if (whole && digits > MOST_DIGITS) throw UNUSUAL
    this.at = at
  }

  #afterDigits(at: number): number {
    let end = at
    while (isDigit(this.bytes[end] as number)) end++
    if (end === at) throw UNUSUAL
    return end
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}
