import { Failure } from '../errors.ts'
import type { Terminal } from '../ports/terminal.ts'
import { isCi } from '../session/flow/display.ts'
import { globals, type Invocation, tell } from './invocation.ts'

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

/**
 * Asks a person who wants other scopes or another audience whether the sign-in may end by it. Failures: `refusal` where no
 * person can be asked; `declined`.
 */
export async function agreeToBind(invocation: Invocation, refusal: Failure): Promise<void> {
  if (!canAsk(invocation)) throw refusal
  tell(invocation, `${refusal.message}.`)
  if (await confirm(invocation.ports.terminal, 'Continue? You may have to sign in again.')) return
  throw new Failure('declined', 'you said no; ls-auth did not ask the provider', {
    hint: 'Your sign-in is unchanged. ls-auth token still prints its token.',
  })
}
