import { nextSign, type Sign } from './sign.ts'

/**
 * Whether a quote ends a text of this level, or of one further out. The level is how many backslashes stand before the quotes
 * of a text: 0, and 1 or 3 where JSON is a text within JSON. More of them make a quote a part of the text, unless they are escaped
 * backslashes.
 */
const closes = (level: number, slashes: number): boolean =>
  slashes < level || (slashes - level) % (2 * (level + 1)) === 0

/** What stands before the opening quote of a text. No letter: `5" wide`. */
const BEFORE_OPENING = /[\s,:=>"'`({[]/

/** What stands behind the closing quote of a text of JSON; the text around it may end, too. */
const BEHIND_CLOSING = /(?:\s|\\+[nrt]){0,64}(?:[,:}\]]|$)|(\\*)"/y

/** Knows the text that a place stands in: `"password=…"` of JSON. Places are asked for from left to right. */
export class EnclosingTexts {
  readonly #text: string
  /** From the outermost to the innermost. */
  readonly #levels: number[] = []
  #next: Sign | undefined

  constructor(text: string) {
    this.#text = text
    this.#next = nextSign(text, 0)
  }

  /** The level of the innermost text that a place stands in. */
  levelAt(place: number): number | undefined {
    for (let sign = this.#next; sign && sign.at < place; sign = this.#next) {
      if (sign.char === '"') this.#pass(sign)
      this.#next = nextSign(this.#text, sign.at + 1)
    }
    return this.#levels.at(-1)
  }

  #pass({ at, slashes }: Sign): void {
    while (slashes < (this.#levels.at(-1) ?? 0)) this.#levels.pop()
    const level = this.#levels.at(-1)
    if (level !== undefined && closes(level, slashes)) this.#levels.pop()
    else if (at === slashes || BEFORE_OPENING.test(this.#text.charAt(at - slashes - 1)))
      this.#levels.push(slashes)
  }
}

/** Whether a quote closes a text of this level. More of JSON must follow: logs also write `"psql --password="a b""`. */
export function closesText(text: string, { char, at, slashes }: Sign, level: number | undefined): boolean {
  if (char !== '"' || level === undefined || !closes(level, slashes)) return false
  BEHIND_CLOSING.lastIndex = at + 1
  const behind = BEHIND_CLOSING.exec(text)
  return behind !== null && (behind[1] === undefined || behind[1].length < slashes)
}
