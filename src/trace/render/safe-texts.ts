import { displayWidth } from '../../text/display-width.ts'
import { fitMiddle, safeName } from '../../text/fit.ts'
import type { InternedTexts } from '../tree/interned-texts.ts'

/** A text safe for a terminal, and the columns it takes. */
export interface Measured {
  readonly text: string
  readonly columns: number
}

/** Measures a text that is safe already. */
export function measure(text: string): Measured {
  return { text, columns: displayWidth(text) }
}

/** The texts of a trace, sanitized and measured: each once (memoized by its index), and not before a row shows it. */
export class SafeTexts {
  readonly #words: InternedTexts
  readonly #ellipsis: string
  readonly #measured: (Measured | undefined)[]

  constructor(words: InternedTexts, ellipsis: string) {
    this.#words = words
    this.#ellipsis = ellipsis
    this.#measured = new Array(words.texts.length)
  }

  /** The text of a node; for an empty one `(no name)`. */
  of(node: number): Measured {
    const number = this.#words.indexOf(node)
    const known = this.#measured[number]
    if (known) return known
    const text = this.#words.texts[number]!
    const measured = measure(safeName(text === '' ? '(no name)' : text, this.#ellipsis))
    this.#measured[number] = measured
    return measured
  }

  /** The text of a node, truncated in the middle to at most `room` columns. */
  fitted(node: number, room: number): Measured {
    const whole = this.of(node)
    if (whole.columns <= room) return whole
    return measure(fitMiddle(whole.text, room, this.#ellipsis))
  }
}
