import { Failure } from '../errors.ts'
import { givenToken, globals, type Invocation, tell } from './invocation.ts'

/** Beside a sign-in that is kept here, where LS_AUTH_TOKEN is set: whoever forgot that would look for the fault elsewhere. */
export function noteGivenToken(invocation: Invocation): void {
  if (globals(invocation).json || invocation.ports.env.variables.LS_AUTH_TOKEN === undefined) return
  tell(invocation, `note: ${whatIsGiven(invocation)}`)
}

/** Of what isn't a token, the words in which the other commands refuse it. */
function whatIsGiven(invocation: Invocation): string {
  try {
    givenToken(invocation)
    return 'LS_AUTH_TOKEN is set, so commands use that token and ignore sign-ins on this machine'
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return `${error.message}, so commands refuse it. Unset it.`
  }
}
