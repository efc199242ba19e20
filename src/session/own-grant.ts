import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import type { Store } from './store/session-store.ts'

/** What an ID token says; undefined: there is none, or it cannot be read. */
export type Claims = Readonly<Record<string, unknown>> | undefined

/**
 * Whether two sign-ins are known to have a grant each, so that a token of one may be revoked without harm to the other.
 * Two sign-ins through one browser session often give two refresh tokens of one grant, and to revoke one ends both
 * (oidc-provider, Keycloak, Auth0). So there must be evidence: another person, or another session of the provider. A later
 * `auth_time` is none: who types the password again in the same browser stays in the same grant. Another session is none where
 * revoking ends all that a person has (`revokesAllOfPerson`).
 */
export function haveOwnGrants({ preset }: Client, one: Claims, other: Claims): boolean {
  const differs = (claim: string) =>
    one?.[claim] !== undefined && other?.[claim] !== undefined && one[claim] !== other[claim]
  return differs('sub') || (!preset.revokesAllOfPerson && differs('sid'))
}

/**
 * Whether the tokens of a new sign-in may be revoked: nobody is signed in, or the sign-in that stays has a grant of its own.
 * No, where that cannot be read.
 */
export async function isApartFromKept(client: Client, store: Store, claims: Claims): Promise<boolean> {
  try {
    if (!(await store.peekPast())) return true
    return haveOwnGrants(client, payloadOf((await store.read())?.body.idToken), claims)
  } catch {
    return false
  }
}
