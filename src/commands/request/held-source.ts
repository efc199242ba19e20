import type { TokenSource } from '../../api/request.ts'
import type { Client } from '../../client.ts'
import type { Invocation } from '../invocation.ts'
import { sessionToken, type ValidToken } from './credentials.ts'
import { heldToken } from './held-token.ts'
import { onePerson } from './one-person.ts'

/**
 * The tokens of the session for a run of thousands of requests: held in memory, so that a request costs neither a file nor
 * a keychain. `onToken` is shown each one before it is used. Failures: those of {@link sessionToken} and {@link onePerson}.
 */
export function heldSource(
  invocation: Invocation,
  client: () => Client,
  onToken: (token: ValidToken) => void,
): TokenSource {
  const requireSamePerson = onePerson()
  const ask = async (rejected: string | undefined) => {
    const token = await sessionToken(invocation, client(), rejected === undefined ? {} : { rejected })
    requireSamePerson(token)
    onToken(token)
    return token
  }
  return heldToken(ask, invocation.ports.clock, () => {})
}
