/**
 * Interned texts: each distinct text of the nodes is kept once, and each node has its index. 100,000 spans have few
 * names and fewer services, so what depends on the text alone (equality, display width) is computed once per index.
 */
export class InternedTexts {
  /** In the order of first appearance. */
  readonly texts: readonly string[]
  readonly #numbers: Int32Array

  constructor(count: number, textOf: (node: number) => string) {
    const known = new Map<string, number>()
    this.#numbers = new Int32Array(count)
    let last = ''
    let lastNumber = -1
    for (let node = 0; node < count; node++) {
      const text = textOf(node)
      if (text !== last || lastNumber < 0) {
        last = text
        lastNumber = known.get(text) ?? known.size
        if (lastNumber === known.size) known.set(text, lastNumber)
      }
      this.#numbers[node] = lastNumber
    }
    this.texts = [...known.keys()]
  }

  /** The index of a node's text in `texts`. */
  indexOf(node: number): number {
    return this.#numbers[node]!
  }
}
