const SPACE = 0x20
/** More bytes are compared faster by a call of Node. */
const MOST_BY_FOURS = 256

/** A place in the bytes of a JSON text: passes white space, and compares what comes with bytes that are known. */
export class ByteCursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** Skips white space and returns the next byte without consuming it; -1 at the end. */
  peek(): number {
    const byte = this.bytes[this.at]!
    return byte > SPACE ? byte : this.#passSpace()
  }

  /** Skips the next bytes if they equal `raw`; false when they do not. */
  skipIfEqual(raw: Buffer): boolean {
    return this.#skipIfEqual(raw, 0, raw.length)
  }

  /** The same for the value at an earlier place: an object, a list or a string, which are delimited. */
  skipIfRepeated(start: number, end: number): boolean {
    if (end - start < MOST_BY_FOURS) return this.#skipIfEqual(this.bytes, start, end)
    const behind = this.at + end - start
    if (behind > this.bytes.length || this.bytes.compare(this.bytes, start, end, this.at, behind) !== 0)
      return false
    this.at = behind
    return true
  }

  /** How many of the next bytes equal those from `start` to `end`. */
  equalBytes(start: number, end: number): number {
    const { bytes, at } = this
    let equal = 0
    while (start + equal < end && bytes[start + equal] === bytes[at + equal]) equal++
    return equal
  }

  #skipIfEqual(other: Buffer, start: number, end: number): boolean {
    const { bytes } = this
    let { at } = this
    let i = start
    // By fours, as in `JsonBytes.skipString`.
    for (; i <= end - 4; i += 4, at += 4) {
      if (
        bytes[at] !== other[i] ||
        bytes[at + 1] !== other[i + 1] ||
        bytes[at + 2] !== other[i + 2] ||
        bytes[at + 3] !== other[i + 3]
      )
        return false
    }
    for (; i < end; i++, at++) if (bytes[at] !== other[i]) return false
    this.at = at
    return true
  }

  #passSpace(): number {
    const { bytes } = this
    for (let { at } = this; ; at++) {
      const byte = at < bytes.length ? bytes[at]! : -1
      if (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      this.at = at
      return byte
    }
  }
}
