import type { JsonObject } from '../../../json-object.ts'

/**
 * Objects that a scan has stepped over, and so has validated. Each is parsed when it is asked for, with a one-entry cache:
 * attributes, events and links of a span are read in a row. `trace why` reads all spans, and finding their ends a second
 * time took a twelfth of it.
 */
export class ScannedObjects {
  readonly #bytes: Buffer
  /** Start and end of each. */
  readonly #bounds: number[] = []
  #last: { readonly place: number; readonly object: JsonObject } | undefined

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Keeps the object from `start` to `end`, and returns its place for {@link at}. */
  add(start: number, end: number): number {
    return this.#bounds.push(start, end) - 2
  }

  /** The object at a place that {@link add} has given. */
  at(place: number): JsonObject {
    if (this.#last?.place !== place) {
      const text = this.#bytes.toString('utf8', this.#bounds[place], this.#bounds[place + 1])
      this.#last = { place, object: JSON.parse(text) as JsonObject }
    }
    return this.#last.object
  }
}
