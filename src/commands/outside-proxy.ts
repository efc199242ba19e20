import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'

/** The hint of a command that is for outside. */
const OUTSIDE = 'Run it outside of exec --proxy.'

/** Whether LS_AUTH_PROXY says so, also where the address that belongs to it is missing (`settings/local-proxy.ts: isBehindProxy`). */
export const isProxySet = ({ variables }: Env): boolean => variables.LS_AUTH_PROXY === '1'

/**
 * Failure `cannot-do` behind `ls-auth exec --proxy`. A sign-in there would be confirmed for the proxy's address, which ends
 * with the command; a sign-out would end that of the proxy. The profiles are the person's, too.
 */
export function requireOutsideProxy(
  command: 'login' | 'logout' | `profile ${'add' | 'set' | 'use' | 'remove'}`,
  env: Env,
): void {
  if (!isProxySet(env)) return
  throw new Failure('cannot-do', `${command} does not work through a local proxy (LS_AUTH_PROXY is set)`, {
    hint: OUTSIDE,
  })
}

/**
 * The failure of a command behind the proxy, where its hint would lead to an `ls-auth login` that is refused there: the hint is
 * for outside.
 */
export function forOutside(failure: Failure, env: Env): Failure {
  const { code, hint } = failure
  if (!isProxySet(env) || !/\bls-auth login\b/.test(hint)) return failure
  // A sign-in would not help: what the command asks is not the API of the profile.
  if (code === 'other-origin') return failure.withHint(OUTSIDE)
  return failure.withHint(`${hint.replace(/\.$/, '')} (outside of exec --proxy)`)
}

/** Failure `other-origin` of `token`: requests go to the proxy, and the token of the sign-in is not for it. */
export const noTokenHere = (): Failure =>
  new Failure(
    'other-origin',
    'ls-auth prints no token behind a local proxy, which adds it itself (LS_AUTH_PROXY is set)',
    { hint: OUTSIDE },
  )
