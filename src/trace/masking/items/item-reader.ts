import { endOf } from '../sticky.ts'
import type { EnclosingTexts } from '../written/enclosing-text.ts'
import { isSensitiveMember, NUMBER } from '../written/members.ts'
import { nextSign, type Sign } from '../written/sign.ts'
import { endOfQuoted, endOfWritten } from '../written/value.ts'
import { isName, isValue, LONGEST_NAME } from './item-words.ts'

/** Between signs of JSON. A text within JSON writes the end of a line as an escape. */
export const GAP = /(?:\s|\\{1,16}[nrt]){0,64}/y

/** A quote of JSON, of a text within it, or a doubled one. */
export const QUOTE = /\\{0,16}["']{1,2}/.source

/** What divides a key from its value. */
export const COLON = `${GAP.source}(?:=>|:)${GAP.source}`

/** A key in its quotes, and its colon. */
const KEY = new RegExp(`[bu]?(\\\\{0,16})(["']{1,2})((?:(?!\\1\\2)[\\s\\S]){0,256})\\1\\2${COLON}`, 'y')

/** A number, `true` or `null`. */
const WORD = /[\w.+-]{1,64}/y

/** Before quotes in Python. */
const PREFIX = /[bunrf](?=["'])/iy

/** A text of no characters. */
const EMPTY = /(\\{0,16}["'])\1{1,3}/y

/** What a value begins with that is masked: not `true` and `null`, and not an empty text. */
const MASKABLE = /-?\d|[bunrf]?\\{0,16}["']|[[{(]/iy

const QUOTES = /^\\*["']+|\\*["']+$/g

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
  ['(', ')'],
])

/** A part of the text. */
export interface Part {
  readonly from: number
  readonly end: number
}

/** A map or a list that is open. */
interface Open {
  readonly from: number
  readonly closing: string
  /** The key of the member that is read. None in a list. */
  key?: string
  /** The sensitive name that the item says. */
  said?: string
  /** Values before it. */
  readonly before: Part[]
}

/** A value of an item that says a sensitive name. */
export interface NamedValue extends Part {
  readonly name: string
}

/** Reads one item: its members, and the maps and lists in it. */
export class ItemReader {
  readonly #text: string
  readonly #around: EnclosingTexts
  readonly #found: NamedValue[]
  readonly #within: (from: number, end: number, level: number) => void

  /**
   * @param found gets each value of a sensitive name
   * @param within is told each text within the text, and how deep that is
   */
  constructor(
    text: string,
    around: EnclosingTexts,
    found: NamedValue[],
    within: (from: number, end: number, level: number) => void,
  ) {
    this.#text = text
    this.#around = around
    this.#found = found
    this.#within = within
  }

  /** Reads on behind the key of a first member, to the end of its item, or to what is no JSON. */
  read(key: string, first: number, to: number, level: number): number {
    const open: Open[] = [{ from: first, closing: '}', key, before: [] }]
    let at = first
    for (let last = open.at(-1); last && at < to; last = open.at(-1)) {
      if (last.closing === '}' && last.key === undefined) {
        const behindKey = this.#key(last, at)
        if (behindKey === undefined) return at
        at = behindKey
      }
      const closing = this.#isMasked(last, at) ? undefined : CLOSING.get(this.#text.charAt(at))
      if (closing === undefined) {
        const end = Math.min(to, this.#value(last, at, to, level))
        if (end <= at) return at
        at = end
      } else {
        open.push({ from: at, closing, before: [] })
        at = this.#behindGap(at + 1)
        if (this.#text[at] !== closing) continue
      }
      at = this.#close(open, at)
    }
    return at
  }

  /** The key of a member. Gives where its value begins. */
  #key(last: Open, at: number): number | undefined {
    KEY.lastIndex = at
    const [, , , key] = KEY.exec(this.#text) ?? []
    if (key === undefined) return undefined
    last.key = key
    return KEY.lastIndex
  }

  /** Whether the value that begins here is that of a sensitive name before it. */
  #isMasked({ key, said }: Open, at: number): boolean {
    return (
      said !== undefined &&
      isValue(key, this.#text.charAt(at)) &&
      endOf(MASKABLE, this.#text, at) !== undefined
    )
  }

  /** Gives the end of a value that is no list and no map, or that is masked whole. */
  #value(last: Open, at: number, to: number, level: number): number {
    const around = this.#around.levelAt(at)
    if (this.#isMasked(last, at)) {
      const end = Math.max(endOfWritten(this.#text, at, around, to), endOf(WORD, this.#text, at) ?? at)
      if (end > at) this.#found.push({ from: at, end, name: last.said as string })
      return end
    }
    const quote = endOf(PREFIX, this.#text, at) ?? at
    const end = endOfQuoted(this.#text, quote, around, to)
    if (end === quote) return this.#word(last, at, endOf(EMPTY, this.#text, quote) ?? quote)
    this.#within(quote + 1, this.#beforeClosing(quote, end), level + 1)
    this.#keep(last, at, end)
    return end
  }

  /** Where a text in quotes ends without the quote that closes it. */
  #beforeClosing(quote: number, end: number): number {
    const { char, slashes } = nextSign(this.#text, quote) as Sign
    return this.#text[end - 1] === char ? end - 1 - slashes : end
  }

  /** A number, which may be masked, or another value without quotes, or an empty text. */
  #word(last: Open, at: number, behindEmpty: number): number {
    const end = Math.max(behindEmpty, endOf(WORD, this.#text, at) ?? at)
    if (endOf(NUMBER, this.#text, at) !== undefined) this.#keep(last, at, end)
    return end
  }

  /** Reads what closes maps and lists, and the comma behind. */
  #close(open: Open[], from: number): number {
    let at = from
    for (let last = open.at(-1); last; last = open.at(-1)) {
      const sign = this.#behindGap(at)
      if (this.#text[sign] === ',') {
        delete last.key
        return this.#behindGap(sign + 1)
      }
      // What is neither is no JSON, and nothing can be read behind it.
      open.pop()
      if (this.#text[sign] !== last.closing) return this.#giveUp(open, at)
      at = sign + 1
      const outer = open.at(-1)
      if (outer) this.#keep(outer, last.from, at)
    }
    return at
  }

  #giveUp(open: Open[], at: number): number {
    open.length = 0
    return at
  }

  /** Remembers a name that an item says, or a value that stands before it. */
  #keep(item: Open, from: number, end: number): void {
    const written = this.#text.slice(from, Math.min(end, from + 2 * LONGEST_NAME))
    if (isName(item.key, written)) {
      const name = written.replace(QUOTES, '')
      if (name.length > LONGEST_NAME || !isSensitiveMember(name)) return
      item.said ??= name
      for (const value of item.before) this.#found.push({ ...value, name })
      item.before.length = 0
    } else if (isValue(item.key, written.charAt(0))) item.before.push({ from, end })
  }

  #behindGap(at: number): number {
    return endOf(GAP, this.#text, at) ?? at
  }
}
