import { isSetting } from '../setting.ts'
import { EnclosingTexts } from '../written/enclosing-text.ts'
import { shownOfMember } from '../written/members.ts'
import { COLON, ItemReader, type NamedValue, QUOTE } from './item-reader.ts'
import { NAMES, VALUES } from './item-words.ts'

// Headers, variables of an environment and fields of forms are often lists of `{"name": "Authorization", "value": "…"}`.

/** How many times a list may be a text within a text: each is looked through for lists of its own. */
const MOST_LEVELS = 4

/** The first member of an item that matters. */
const BEGINNING = new RegExp(`["'](${NAMES}|${VALUES})${QUOTE}${COLON}`, 'gi')

/** Most texts hold no such value. */
const HINT = new RegExp(`["'](?:${VALUES})\\\\{0,16}["']`, 'i')

/** The values of items that say their names in another member. */
export function maskItems(text: string): string {
  return HINT.test(text) ? new Items(text).masked() : text
}

/** Reads items from left to right. Each character is looked at once, and again in each text within a text. */
class Items {
  readonly #text: string
  readonly #reader: ItemReader
  readonly #found: NamedValue[] = []

  constructor(text: string) {
    this.#text = text
    this.#reader = new ItemReader(text, new EnclosingTexts(text), this.#found, (from, end, level) =>
      this.#lookThrough(from, end, level),
    )
  }

  masked(): string {
    this.#lookThrough(0, this.#text.length, 0)
    let shown = ''
    let done = 0
    // The outer one of two is masked.
    for (const { from, end, name } of this.#found.sort((a, b) => a.from - b.from || b.end - a.end)) {
      if (from < done || isSetting(name, this.#text.slice(from, end))) continue
      shown += this.#text.slice(done, from) + shownOfMember(this.#text.slice(from, end), name)
      done = end
    }
    return shown + this.#text.slice(done)
  }

  #lookThrough(from: number, to: number, level: number): void {
    const part = this.#text.slice(from, to)
    if (level > MOST_LEVELS || !HINT.test(part)) return
    let next = from
    for (const { 0: found, 1: key, index } of part.matchAll(BEGINNING)) {
      if (from + index < next) continue
      next = this.#reader.read(key as string, from + index + found.length, to, level)
    }
  }
}
