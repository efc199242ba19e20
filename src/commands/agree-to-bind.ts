import { Failure } from '../errors.ts'
import { canAsk, confirm } from './can-ask.ts'
import { type Invocation, tell } from './invocation.ts'

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
