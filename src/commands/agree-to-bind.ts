import { Failure } from '../errors.ts'
import { canAsk, confirm } from './can-ask.ts'
import { type Invocation, tell } from './invocation.ts'

/**
 * Asks a person who wants other scopes or another audience whether the sign-in may end by it. Failures: `refusal` where nobody
 * can be asked; `declined`.
 */
export async function agreeToBind(invocation: Invocation, refusal: Failure): Promise<void> {
  if (!canAsk(invocation)) throw refusal
  tell(invocation, `${refusal.message}.`)
  if (await confirm(invocation.ports.terminal, 'Ask all the same? You may have to sign in again.')) return
  throw new Failure('declined', 'you did not agree; the provider was not asked', {
    hint: 'Your sign-in is as before: ls-auth token gives its own token.',
  })
}
