/**
 * Interned texts: each distinct text of the nodes is kept once, and each node has its index. 100,000 spans have few
 * names and fewer services, so what depends on the text alone (equality, display width) is computed once per index.
 */
export class InternedTexts {
  /** In the order of first appearance. */
  readonly texts: readonly string[]
  readonly #numbers: Int32Array

  /**
   * `textOf` gives the text of an item, and `order` which item each node is; without it they are the same. Items are asked for
   * in their own order. Spans lie in memory in the order of their source, and in the order of the nodes each had to be waited
   * for.
   */
  constructor(count: number, textOf: (item: number) => string, order?: Int32Array) {
    const known = new Map<string, number>()
    const numbers = new Int32Array(count)
    let last = ''
    let lastNumber = -1
    for (let item = 0; item < count; item++) {
      const text = textOf(item)
      if (text !== last || lastNumber < 0) {
        last = text
        lastNumber = known.get(text) ?? known.size
        if (lastNumber === known.size) known.set(text, lastNumber)
      }
      numbers[item] = lastNumber
    }
    const texts = [...known.keys()]
    this.#numbers = order === undefined ? numbers : order.map((item) => numbers[item]!)
    this.texts = order === undefined ? texts : renumber(this.#numbers, texts)
  }

  /** The index of a node's text in `texts`. */
  indexOf(node: number): number {
    return this.#numbers[node]!
  }
}

/** Numbers the texts again, by their first appearance among `numbers`, and returns them in that order. */
function renumber(numbers: Int32Array, texts: readonly string[]): string[] {
  const renumbered = new Int32Array(texts.length).fill(-1)
  const inOrder: string[] = []
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    if (renumbered[number] === -1) renumbered[number] = inOrder.push(texts[number]!) - 1
    numbers[i] = renumbered[number]!
  }
  return inOrder
}
