import type { Terminal } from '../ports.ts'

/** Asks somebody at the terminal; all but a yes is a no, the end of the input too. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  terminal.err(`${question} [y/N] `)
  return /^y(es)?$/i.test(((await terminal.readLine()) ?? '').trim())
}
