import { OPEN_OBJECT, QUOTE } from './json-bytes.ts'
import type { JsonCursor } from './json-cursor.ts'

/** Reads a member that mostly is what it was the last time (the trace id, the status): compared, and not read again. */
export class Repeated<Value> {
  readonly #make: (value: unknown) => Value
  #start = 0
  #end = 0
  #value: Value | undefined

  constructor(make: (value: unknown) => Value) {
    this.#make = make
  }

  /** The value at the cursor. All calls are for one document. */
  read(cursor: JsonCursor): Value {
    if (this.#end > 0 && cursor.repeats(this.#start, this.#end)) return this.#value as Value
    const sign = cursor.peek()
    const start = cursor.at
    const value = this.#make(cursor.value())
    // Only what has an end of its own: `1` would be found in `12`.
    if (sign === QUOTE || sign === OPEN_OBJECT) {
      this.#start = start
      this.#end = cursor.at
      this.#value = value
    }
    return value
  }
}
