import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'

/** The hint of a command that is for outside. */
const OUTSIDE = 'Run it outside of exec --proxy.'

/**
 * The failure of a command behind the proxy, where its hint would lead to a `ls-auth login` that is refused there: what the
 * hint says is for outside.
 */
export function forOutside(failure: Failure, { variables }: Env): Failure {
  const { code, hint } = failure
  if (variables.LS_AUTH_PROXY !== '1' || !/\bls-auth login\b/.test(hint)) return failure
  // A sign-in would not help: what the command asks is not the API of the profile.
  if (code === 'other-origin') return failure.withHint(OUTSIDE)
  return failure.withHint(`${hint.replace(/\.$/, '')} (outside of exec --proxy)`)
}

/** Failure `other-origin` of `token`: requests go to the proxy, and the token of the sign-in is not for it. */
export const noTokenHere = (): Failure =>
  new Failure(
    'other-origin',
    'no token is handed out behind a local proxy, which adds it itself (LS_AUTH_PROXY is set)',
    { hint: OUTSIDE },
  )
