import type { TokenSource } from '../../../api/request.ts'
import type { SignInRequirements } from '../../../claims/sign-in-requirements.ts'
import type { Client, PartialClient } from '../../../client.ts'
import { canAsk } from '../../can-ask.ts'
import { givenToken, type Invocation } from '../../invocation.ts'

/** Commands that must not be held up by a question, and those that are about the sign-in themselves. */
const WITHOUT: readonly string[] = ['doctor', 'exec', 'login', 'mcp', 'proxy']

/**
 * The tokens that `open` gives; where a person can be asked, also those of a new sign-in that the API requires. Requests that
 * run at once wait for the same sign-in.
 */
export async function stepUpSource(
  invocation: Invocation,
  profile: { readonly client: PartialClient },
  client: () => Client,
  open: () => Promise<TokenSource>,
): Promise<TokenSource> {
  let source = await open()
  const isForPerson = givenToken(invocation) === undefined && profile.client.workload === undefined
  if (!isForPerson || WITHOUT.includes(invocation.command) || !canAsk(invocation)) return source
  let signingIn: Promise<void> | undefined
  const signIn = async (required: SignInRequirements, host: string) => {
    const { signInAnew } = await import('./sign-in-anew.ts')
    await signInAnew(invocation, client(), required, host)
    // The old source may hold a token of the sign-in before.
    source = await open()
  }
  return {
    token: () => source.token(),
    renew: (rejected) => source.renew(rejected),
    async stepUp(required, host, rejected) {
      signingIn ??= signIn(required, host)
      await signingIn
      const token = await source.token()
      return token === rejected ? undefined : token
    },
  }
}
