import type { Terminal } from '../ports/terminal.ts'

/** Prompts with [y/N]. Anything but y or yes is a no, also the end of the input. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  terminal.err(`${question} [y/N] `)
  return /^y(es)?$/i.test(((await terminal.readLine()) ?? '').trim())
}
