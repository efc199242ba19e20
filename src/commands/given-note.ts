import { globals, type Invocation, tell } from './invocation.ts'

/** Beside a sign-in that is kept here, where LS_AUTH_TOKEN is set: whoever forgot that would look for the fault elsewhere. */
export function noteGivenToken(invocation: Invocation): void {
  if (globals(invocation).json || invocation.ports.env.variables.LS_AUTH_TOKEN === undefined) return
  tell(invocation, 'note: LS_AUTH_TOKEN is set: commands use that token, and no sign-in that is kept here')
}
