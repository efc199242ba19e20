import { Failure } from '../../errors.ts'
import type { Terminal } from '../../ports/terminal.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrap } from '../../text/wrap.ts'

/** One question to the person at the terminal. */
export interface Question<T> {
  /** Ends without a colon; a default goes into brackets by itself. */
  readonly text: string
  /** Said after an empty answer; a question with `empty` has none. */
  readonly explain: string
  /** The answer that Enter alone gives. */
  readonly empty?: string
  /** The value, or in a Failure why the answer is none. */
  judge(answer: string): Promise<T | Failure> | T | Failure
}

const TRIES = 5
const LONGEST_ANSWER = 2000
/** What a terminal puts around pasted text (bracketed paste). */
const PASTE_MARKS = /\u001b\[20[01]~/g
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/**
 * Asks on stderr until the answer is good. Failure `declined`: the end of the input (Ctrl-D), or five wrong answers.
 * Ctrl-C is a signal, which ends the process.
 */
export async function ask<T>(terminal: Terminal, question: Question<T>): Promise<T> {
  const { text, explain, empty } = question
  const shown = empty ? `${text} [${safeText(empty, 80)}]: ` : `${text}: `
  for (let left = TRIES; left > 0; left--) {
    terminal.err(wrap(shown, terminal.columns))
    const line = await terminal.readLine()
    if (line === undefined) {
      terminal.err('\n')
      throw new Failure('declined', 'the questions were not answered; nothing was saved')
    }
    const answer = line.replaceAll(PASTE_MARKS, '').trim() || empty
    if (answer === undefined) {
      terminal.err(`${indented(explain, terminal)}\n`)
      continue
    }
    const value = unusable(answer) ?? (await question.judge(answer))
    if (!(value instanceof Failure)) return value
    for (const one of [value.message, ...value.detail, value.hint])
      terminal.err(`${indented(safeText(one, 500), terminal)}\n`)
  }
  throw new Failure('declined', `no usable answer in ${TRIES} tries; nothing was saved`, {
    hint: 'Without questions: ls-auth login --issuer URL --client-id ID --api URL',
  })
}

const indented = (text: string, { columns }: Terminal): string =>
  `  ${wrap(text, columns - 2).replaceAll('\n', '\n  ')}`

function unusable(answer: string): Failure | undefined {
  if (answer.length > LONGEST_ANSWER)
    return wrong('That answer is too long.', 'Was something else pasted? Try again.')
  if (!CONTROL.test(answer)) return undefined
  return wrong(
    `"${safeText(answer, 120)}" holds control characters.`,
    'Type it anew, or paste it as plain text.',
  )
}

/** An answer that is none, and what to do. */
export const wrong = (message: string, hint: string): Failure => new Failure('usage', message, { hint })
