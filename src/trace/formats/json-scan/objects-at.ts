import type { JsonObject } from '../../../json-object.ts'
import { JsonCursor } from './json-cursor.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Parses the object at an offset, which a scan has stepped over. A one-entry cache: attributes, events and links of a span
 * are read in a row.
 */
export function objectsAt(bytes: Buffer, vocabulary: Vocabulary): (offset: number) => JsonObject {
  const cursor = new JsonCursor(bytes, vocabulary.keys, vocabulary.texts)
  let last: { offset: number; item: JsonObject } | undefined
  return (offset) => {
    if (last?.offset !== offset) {
      cursor.at = offset
      last = { offset, item: cursor.value() as JsonObject }
    }
    return last.item
  }
}
