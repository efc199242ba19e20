import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Profile } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { unverifiedClaims } from './unverified-claims.ts'

/** Whether a token is bound to a key (`cnf.jkt`, RFC 9449 §6.1), as far as it can be read. */
export function isBound(token: string): boolean {
  const { cnf } = unverifiedClaims(token)
  return isObject(cnf) && typeof cnf.jkt === 'string'
}

/**
 * Failure `cannot-do` where the access tokens of a client are bound to a key: it is refused (401) wherever a program shows
 * the token without a proof, and only ls-auth can make one. Failure `profile-changed`: those of this sign-in are not, since
 * it is older than the setting.
 */
export async function refuseHandOut(profile: Profile, ports: Ports): Promise<void> {
  if (!profile.client.dpop) return
  const { readCachedSession } = await import('../../session/cached-session.ts')
  await readCachedSession(requireClient(profile), ports).catch((error: unknown) => {
    // Whoever is not signed in yet need not sign in to be refused.
    if (!(error instanceof Failure) || error.code === 'profile-changed') throw error
  })
  throw new Failure(
    'cannot-do',
    'dpop = true: this token is bound to a key that stays with ls-auth, and is refused (401) without it',
    { hint: 'Let the requests go through ls-auth: ls-auth exec --proxy -- CMD, or ls-auth proxy --port 0' },
  )
}
