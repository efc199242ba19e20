import type { Terminal } from '../ports/terminal.ts'
import { isCi } from '../session/flow/display.ts'
import { globals, type Invocation } from './invocation.ts'

/** Formats of `-o` that a program reads while the command runs: it would wait for the answer to a question that it does not see. */
const FOR_PROGRAMS: readonly unknown[] = ['json', 'ndjson']

/** Whether a person can answer: never in a script, whose output no person reads. */
export function canAsk(invocation: Invocation): boolean {
  const { terminal, env } = invocation.ports
  const { json, quiet } = globals(invocation)
  const isScript = json || quiet || FOR_PROGRAMS.includes(invocation.options.output) || isCi(env)
  return terminal.inIsTTY && terminal.errIsTTY && !isScript
}

/** Prompts with [y/N]. Anything but y or yes is a no, also the end of the input. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  terminal.err(`${question} [y/N] `)
  return /^y(es)?$/i.test(((await terminal.readLine()) ?? '').trim())
}
