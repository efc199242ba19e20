import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'

/**
 * Failure `cannot-do` behind `ls-auth exec --proxy`: a sign-in there would be confirmed for the proxy's address, which is
 * gone with the command, and a sign-out would end the one that the proxy works with. The profiles are the person's, too.
 */
export function requireOutsideProxy(
  command: 'login' | 'logout' | `profile ${'add' | 'set' | 'use' | 'remove'}`,
  { variables }: Env,
): void {
  if (variables.LS_AUTH_PROXY !== '1') return
  throw new Failure('cannot-do', `${command} does not work through a local proxy (LS_AUTH_PROXY is set)`, {
    hint: 'Run it outside of exec --proxy.',
  })
}
