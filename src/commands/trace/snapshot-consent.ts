import type { SnapshotConsent } from '../../backends/trace-source.ts'
import { Failure } from '../../errors.ts'
import { canAsk, confirm } from '../can-ask.ts'
import { commandLine } from '../command-line.ts'
import { fitted, type Invocation, tell } from '../invocation.ts'

/** What a snapshot costs, for the prompt; `--snapshot` allows one for each trace or side of the command. */
const cost = ({ command, options }: Invocation): readonly string[] => {
  const each =
    options.ids !== undefined ? ', for each trace' : command === 'trace diff' ? ', for each side' : ''
  return [
    "It costs 1 of the organization's 60 requests per hour,",
    `and up to 6 more to read the result${each}.`,
  ]
}

/** The question, the price, and the result of either answer. */
const question = (reason: string, invocation: Invocation): string =>
  [
    `${reason}.`,
    `A snapshot can do it. ${cost(invocation).join(' ')}`,
    'y: take it and continue. n: stop and spend nothing.',
    'Take a snapshot?',
  ].join('\n')

/**
 * Asks for consent before a snapshot, which counts against a rate limit of the whole organization. `--snapshot` gives
 * it in advance; in a script there is no prompt, but a Failure `cannot-do`.
 */
export function snapshotConsent(invocation: Invocation): SnapshotConsent {
  const { terminal, clock } = invocation.ports
  const allowed = invocation.options.snapshot === true
  const command = commandLine(invocation, { snapshot: true })
  return {
    allowed,
    command,
    async request(reason, instead) {
      if (allowed) return
      // Many traces at once: no person answers so many questions.
      if (!canAsk(invocation) || invocation.options.ids !== undefined) {
        const detail = [...cost(invocation), ...(instead === undefined ? [] : [instead])]
        throw new Failure('cannot-do', reason, { hint: `Take a snapshot: ${command}`, detail })
      }
      if (await confirm(terminal, fitted(question(reason, invocation), invocation))) return
      throw new Failure('declined', 'no snapshot was taken', { hint: 'Nothing was spent.' })
    },
    tell: (line) => tell(invocation, line),
    now: () => clock.now(),
    wait(milliseconds, why) {
      if (terminal.errIsTTY && milliseconds > 1000)
        tell(invocation, `${why} (${Math.ceil(milliseconds / 1000)}s) …`)
      return clock.sleep(milliseconds)
    },
  }
}
