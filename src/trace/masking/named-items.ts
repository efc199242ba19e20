import type { AttributeValue } from '../model.ts'
import { EnclosingTexts } from './enclosing-text.ts'
import { isSensitive, wordsOf } from './sensitive-keys.ts'
import { isSensitiveMember, NUMBER, shownOfMember } from './written-members.ts'
import { endOfQuoted, endOfWritten } from './written-value.ts'

// Headers, variables of an environment and fields of forms are often lists of `{"name": "Authorization", "value": "…"}`.

const NAMES = 'name|key|k'

const VALUES = 'values?|v'

/** The longest name that is asked for. */
const LONGEST_NAME = 128

/** How many times a list may be a text within a text: each is looked through for lists of its own. */
const MOST_LEVELS = 4

/** Between signs of JSON. A text within JSON writes the end of a line as an escape. */
const GAP = /(?:\s|\\{1,16}[nrt]){0,64}/y

const QUOTE = /\\{0,16}["']{1,2}/.source

const COLON = new RegExp(`${GAP.source}(?:=>|:)${GAP.source}`, 'y')

/** The first member of an item that matters. */
const BEGINNING = new RegExp(`["'](${NAMES}|${VALUES})${QUOTE}${COLON.source}`, 'gi')

/** Most texts hold no such value. */
const HINT = new RegExp(`["'](?:${VALUES})\\\\{0,16}["']`, 'i')

const IS_NAME = new RegExp(`^(?:${NAMES})$`, 'i')

const IS_VALUE = new RegExp(`^(?:${VALUES})$`, 'i')

/** A key in its quotes, and its colon. */
const KEY = new RegExp(
  `[bu]?(\\\\{0,16})(["']{1,2})((?:(?!\\1\\2)[\\s\\S]){0,256})\\1\\2${COLON.source}`,
  'y',
)

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

interface Span {
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
  readonly before: Span[]
}

/** The values of items that say their names in another member. */
export function maskItems(text: string): string {
  return HINT.test(text) ? new Items(text).masked() : text
}

/** Reads items from left to right. Each character is looked at once, and again in each text within a text. */
class Items {
  readonly #text: string
  readonly #around: EnclosingTexts
  readonly #found: (Span & { readonly name: string })[] = []

  constructor(text: string) {
    this.#text = text
    this.#around = new EnclosingTexts(text)
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
      next = this.#read(key as string, from + index + found.length, to, level)
    }
  }

  /** Reads on behind the key of a first member, to the end of its item, or to what is no JSON. */
  #read(key: string, first: number, to: number, level: number): number {
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
        const end = Math.min(to, this.#value(last, at, level))
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
    return said !== undefined && isValue(key, this.#text.charAt(at)) && endOf(MASKABLE, this.#text, at) > at
  }

  /** Gives the end of a value that is no list and no map, or that is masked whole. */
  #value(last: Open, at: number, level: number): number {
    const around = this.#around.levelAt(at)
    if (this.#isMasked(last, at)) {
      const end = Math.max(endOfWritten(this.#text, at, around), endOf(WORD, this.#text, at))
      if (end > at) this.#found.push({ from: at, end, name: last.said as string })
      return end
    }
    const quote = endOf(PREFIX, this.#text, at)
    const end = endOfQuoted(this.#text, quote, around)
    if (end === quote) return this.#word(last, at, endOf(EMPTY, this.#text, quote))
    this.#lookThrough(quote + 1, end, level + 1)
    this.#keep(last, at, end)
    return end
  }

  /** A number, which may be masked, or another value without quotes, or an empty text. */
  #word(last: Open, at: number, behindEmpty: number): number {
    const end = Math.max(behindEmpty, endOf(WORD, this.#text, at))
    if (endOf(NUMBER, this.#text, at) > at) this.#keep(last, at, end)
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
    if (IS_NAME.test(item.key ?? '')) {
      const name = written.replace(QUOTES, '')
      if (name.length > LONGEST_NAME || !isSensitiveMember(name)) return
      item.said ??= name
      for (const value of item.before) this.#found.push({ ...value, name })
      item.before.length = 0
    } else if (isValue(item.key, written.charAt(0))) item.before.push({ from, end })
  }

  #behindGap(at: number): number {
    return endOf(GAP, this.#text, at)
  }
}

/** What ends the name of a count, a flag or a setting: `email.sent`, `token_ttl`. */
const OF_SETTING =
  /\.(?:sent|errors?|count|total|ttl|timeout|enabled|disabled|required|login|attempts|retries|length|size)$/

const VALUE_OF_SETTING =
  /^(?:\\*["'])?(?:true|false|yes|no|on|off|-?\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])?)(?:\\*["'])?$/i

const PATH = /^(?:\\*["'])?[.~]?\/[\w./-]{1,256}(?:\\*["'])?$/

/** Whether an item is a setting, a count or a path, which tells no secret. */
const isSetting = (name: string, value: string): boolean =>
  (OF_SETTING.test(wordsOf(name)) && VALUE_OF_SETTING.test(value)) ||
  (/\.(?:file|path)$/.test(wordsOf(name)) && PATH.test(value))

/** Where a sticky pattern ends, or the same place if it is not there. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** `values` are those of a list. A text of this name is another one: `"values": "all"`. */
const isValue = (key: string | undefined, first: string): boolean =>
  key !== undefined && IS_VALUE.test(key) && (!/s$/i.test(key) || first === '[')

/** Members of a map, of which the value of an item stands under the name that the item says. */
export function underSaidNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const said = members.find(([key, name]) => IS_NAME.test(key) && isSensitiveName(name))?.[1]
  return members.map(([key, value]) => [
    key,
    said !== undefined &&
    isValue(key, Array.isArray(value) ? '[' : '') &&
    !isSetting(String(said), String(value))
      ? String(said)
      : key,
    value,
  ])
}

const isSensitiveName = (name: AttributeValue): boolean =>
  typeof name === 'string' && name.length <= LONGEST_NAME && isSensitive(name)
