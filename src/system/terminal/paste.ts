import { awaitSilence, type Silence } from './silence.ts'

/** A paste of which nothing has come for so long is over: its end mark can be lost, and no key would work any more. */
const LOST_MILLISECONDS = 500

/** More is not kept. */
const MOST_CHARACTERS = 4096

/** Bracketed paste (xterm, "Control Sequences"). Its Escape may come so early that it counts as a key, and the rest as text. */
const END_MARK = '\x1b[201~'

/** What a terminal marks as pasted, collected character by character. */
export interface Paste {
  readonly isOpen: boolean
  begin(): void
  add(typed: string): void
  end(): void
  /** Ends it without telling anyone. */
  drop(): void
}

/** Tells `pasted` the text of each paste at its end, with a blank for line feeds and the like. */
export function openPaste(pasted: (text: string) => void): Paste {
  let text: string | undefined
  let tail = ''
  let silence: Silence | undefined
  const drop = () => {
    silence?.stop()
    text = undefined
  }
  const end = () => {
    if (text === undefined) return
    const whole = text.endsWith(END_MARK) ? text.slice(0, -END_MARK.length) : text
    drop()
    pasted(whole.slice(0, MOST_CHARACTERS).replace(/\p{Cc}+/gu, ' '))
  }
  return {
    get isOpen() {
      return text !== undefined
    },
    begin() {
      drop()
      text = ''
      tail = ''
      silence = awaitSilence(LOST_MILLISECONDS, end)
    },
    add(typed) {
      if (text === undefined) return
      silence?.broken()
      // So the mark is in it as a whole, or behind all that is kept.
      if (text.length < MOST_CHARACTERS + END_MARK.length) text += typed
      tail = (tail + typed).slice(-END_MARK.length)
      if (tail === END_MARK) end()
    },
    end,
    drop,
  }
}
