import { Failure } from '../../../errors.ts'
import { FALLBACK } from './json-bytes.ts'
import type { JsonCursor } from './json-cursor.ts'

/**
 * Runs the scan of a document that must be all there is. False means "fall back to `JSON.parse`": the scan met something
 * unusual, or more follows. A reader's Failure counts as that: in broken JSON `JSON.parse` fails first, so it decides.
 */
export function scansWhole(cursor: JsonCursor, scan: () => void): boolean {
  try {
    scan()
    return cursor.peek() === -1
  } catch (error) {
    if (error === FALLBACK || error instanceof Failure) return false
    throw error
  }
}
