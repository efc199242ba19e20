/** Texts beyond these are decoded each time: a document with so many different ones repeats few of them. */
const MOST_TEXTS = 4096
const LONGEST = 256
const SLOTS = 4 * MOST_TEXTS

/**
 * Decodes UTF-8 that repeats: names of spans, of services, of attributes. The same bytes give the same string,
 * made once, so 100,000 spans with a hundred names hold a hundred strings and comparing them compares pointers.
 */
export class TextPool {
  readonly #texts: string[] = []
  readonly #bytes: Buffer[] = []
  /** Index into the lists plus one, 0 for free; open addressing. */
  readonly #slots = new Uint16Array(SLOTS)

  /** The text of `bytes` from `start` to `end`. */
  text(bytes: Buffer, start: number, end: number): string {
    if (end - start > LONGEST) return bytes.toString('utf8', start, end)
    const slot = this.#slotOf(bytes, start, end)
    const index = this.#slots[slot] as number
    if (index > 0) return this.#texts[index - 1] as string
    const text = bytes.toString('utf8', start, end)
    if (this.#texts.length < MOST_TEXTS) this.#keep(slot, Buffer.from(bytes.subarray(start, end)), text)
    return text
  }

  #keep(slot: number, bytes: Buffer, text: string): void {
    this.#slots[slot] = this.#texts.push(text)
    this.#bytes.push(bytes)
  }

  /** Where these bytes are, or would be. A quarter of the slots is used at most, so there always is one. */
  #slotOf(bytes: Buffer, start: number, end: number): number {
    let hash = end - start
    let at = start
    // Four bytes a step: it is the multiplications that take the time.
    for (; at + 4 <= end; at += 4) hash = mix(hash, fourBytes(bytes, at))
    for (; at < end; at++) hash = mix(hash, bytes[at] as number)
    hash ^= hash >>> 15
    for (let slot = (hash >>> 0) % SLOTS; ; slot = (slot + 1) % SLOTS) {
      const index = this.#slots[slot] as number
      if (index === 0 || isSame(this.#bytes[index - 1] as Buffer, bytes, start, end)) return slot
    }
  }
}

function mix(hash: number, word: number): number {
  return Math.imul((hash ^ (hash >>> 13)) + word, 0x9e3779b1)
}

function fourBytes(bytes: Buffer, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

function isSame(kept: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (kept.length !== end - start) return false
  for (let i = 0; i < kept.length; i++) if (kept[i] !== bytes[start + i]) return false
  return true
}
