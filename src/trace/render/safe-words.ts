import { displayWidth } from '../../display-width.ts'
import type { Words } from '../tree/words.ts'
import { fitMiddle, safeName } from './fit.ts'

/** A text safe for a terminal, and the columns it takes. */
export interface Measured {
  readonly text: string
  readonly columns: number
}

/** A text that is safe already, measured. */
export function measure(text: string): Measured {
  return { text, columns: displayWidth(text) }
}

/** The texts of a trace made safe and measured, each once and not before a row shows it. */
export class SafeWords {
  readonly #words: Words
  readonly #ellipsis: string
  readonly #measured: (Measured | undefined)[]
  /** Per text how it was cut last: rows of one name mostly lie on one level. */
  readonly #cut: ((Measured & { readonly room: number }) | undefined)[]

  constructor(words: Words, ellipsis: string) {
    this.#words = words
    this.#ellipsis = ellipsis
    this.#measured = new Array(words.texts.length)
    this.#cut = new Array(words.texts.length)
  }

  /** The text of a node; for an empty one `(no name)`. */
  of(node: number): Measured {
    const number = this.#words.at(node)
    const known = this.#measured[number]
    if (known) return known
    const text = this.#words.texts[number] as string
    const measured = measure(safeName(text === '' ? '(no name)' : text, this.#ellipsis))
    this.#measured[number] = measured
    return measured
  }

  /** The text of a node in at most `room` columns, cut in its middle. */
  fitted(node: number, room: number): Measured {
    const whole = this.of(node)
    if (whole.columns <= room) return whole
    const number = this.#words.at(node)
    const last = this.#cut[number]
    if (last?.room === room) return last
    const cut = { room, ...measure(fitMiddle(whole.text, room, this.#ellipsis)) }
    this.#cut[number] = cut
    return cut
  }
}
