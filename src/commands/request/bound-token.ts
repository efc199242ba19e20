import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { unverifiedClaims } from './unverified-claims.ts'

/** Whether a token is bound to a key (`cnf.jkt`, RFC 9449 §6.1), as far as it can be read. */
export function isBound(token: string): boolean {
  const { cnf } = unverifiedClaims(token)
  return isObject(cnf) && typeof cnf.jkt === 'string'
}

/**
 * Failure `cannot-do` where the access tokens of a client are bound to a key: it is refused (401) wherever a program shows
 * the token without a proof, and only ls-auth can make one.
 */
export function refuseHandOut({ dpop }: Pick<PartialClient, 'dpop'>): void {
  if (!dpop) return
  throw new Failure(
    'cannot-do',
    'dpop = true: this token is bound to a key that stays with ls-auth, and is refused (401) without it',
    { hint: 'Let the requests go through ls-auth: ls-auth exec --proxy -- CMD, or ls-auth proxy --port 0' },
  )
}
