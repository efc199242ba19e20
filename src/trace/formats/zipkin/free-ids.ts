/** Gives unused span ids of one trace, each once. */
export class FreeIds {
  readonly #taken: Set<string>
  /** Where to look for an id that is not made from another one. */
  #next: bigint | undefined

  /** `taken`: the ids that the spans have in the source. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken)
  }

  /**
   * The id with all its bits inverted, else the next one that is free. The search goes on where it ended the time before:
   * begun anew for each id, it would go through all that was given before.
   */
  instead(id: string): string {
    const inverted = inHex(~BigInt(`0x${id}`))
    if (this.#take(inverted)) return inverted
    for (this.#next ??= ~BigInt(`0x${id}`); ; this.#next++) {
      const text = inHex(this.#next)
      if (this.#take(text)) return text
    }
  }

  #take(id: string): boolean {
    // All zeros is no id.
    return !/^0+$/.test(id) && this.#taken.size < this.#taken.add(id).size
  }
}

function inHex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16).padStart(16, '0')
}
