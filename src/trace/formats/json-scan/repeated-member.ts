import { OPEN_OBJECT, QUOTE } from './json-bytes.ts'
import type { JsonCursor } from './json-cursor.ts'

/**
 * Caches a member that mostly repeats its last value (the trace id, the status): its bytes are compared, not parsed
 * again.
 */
export class RepeatedMember<Value> {
  readonly #make: (value: unknown) => Value
  #start = 0
  #end = 0
  #value: Value | undefined

  constructor(make: (value: unknown) => Value) {
    this.#make = make
  }

  /** The value at the cursor. All calls are for one document. */
  read(cursor: JsonCursor): Value {
    if (this.#end > 0 && cursor.skipIfRepeated(this.#start, this.#end)) return this.#value as Value
    const sign = cursor.peek()
    const start = cursor.at
    const value = this.#make(cursor.value())
    // Only delimited values: `1` would match the start of `12`.
    if (sign === QUOTE || sign === OPEN_OBJECT) {
      this.#start = start
      this.#end = cursor.at
      this.#value = value
    }
    return value
  }
}
