import { isCi } from '../../session/flow/display.ts'
import { globals, type Invocation } from '../invocation.ts'

/** Whether a person is there to answer: never in a script, whose output is read by nobody. */
export function canAsk(invocation: Invocation): boolean {
  const { terminal, env } = invocation.ports
  const { json, quiet } = globals(invocation)
  return terminal.inIsTTY && terminal.errIsTTY && !json && !quiet && !isCi(env)
}
