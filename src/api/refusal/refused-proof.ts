import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Challenge } from './challenge.ts'

/** What was refused is the proof of the key beside the token (RFC 9449 §7.1, §9). */
export function refusedProof(
  challenge: Challenge | undefined,
  detail: readonly string[],
  url: URL,
): Failure | undefined {
  const host = safeText(url.host)
  if (challenge?.error === 'use_dpop_nonce')
    return new Failure('api-failed', `${host} asks for another DPoP nonce each time`, { detail })
  if (challenge?.error !== 'invalid_dpop_proof') return undefined
  return new Failure('not-allowed', `${host} did not accept the proof of the key (HTTP 401)`, {
    detail,
    hint: 'Check the clock of this machine. If it is right, ask whoever runs the gateway by which address it knows itself.',
  })
}

/** What to do where one side takes tokens that are bound to a key (DPoP), and the other side does not. */
export function keyHint(
  challenge: Challenge | undefined,
  claims: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const isBound = isObject(claims?.cnf) && claims.cnf.jkt !== undefined
  if (challenge?.scheme === 'dpop' && !isBound)
    return 'This API takes tokens that are bound to a key (DPoP): ls-auth profile set dpop true, then sign in again: ls-auth login'
  if (challenge?.scheme !== 'bearer' || !isBound || challenge.error !== undefined) return undefined
  return 'This API takes no token that is bound to a key (DPoP). Ask whoever runs the gateway to take them, or do without: ls-auth profile set dpop false'
}
