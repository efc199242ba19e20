import { TextPool } from '../text-pool.ts'
import { JsonKeys } from './json-keys.ts'

/** Caches that the documents of one input share: known keys and decoded texts. */
export interface Vocabulary {
  readonly keys: JsonKeys
  readonly texts: TextPool
}

/** A vocabulary with these keys, some of them by other names (`aliases`), too, and no texts yet. */
export function vocabularyOf(
  keys: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): Vocabulary {
  return { keys: new JsonKeys(keys, aliases), texts: new TextPool() }
}
