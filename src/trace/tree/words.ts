/**
 * A text per node, each different text kept once. 100,000 spans have few names and fewer services: what is asked about a
 * text (is it the same? how wide is it?) is asked of its number.
 */
export class Words {
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

  /** The number of a node's text in `texts`. */
  at(node: number): number {
    return this.#numbers[node] as number
  }
}
