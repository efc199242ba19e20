import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { sessionName } from './session-name.ts'
import type { Store } from './store/session-store.ts'
import { findEverySignIn } from './store/sign-ins.ts'

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
 * Whether the tokens of a new sign-in may be revoked: nobody is signed in with this client, or the sign-in that stays has a grant
 * of its own. No, where that cannot be read; and where revoking ends all that a person has, as they may be signed in elsewhere.
 */
export async function isApartFromKept(
  client: Client,
  store: Store,
  claims: Claims,
  ports: Ports,
): Promise<boolean> {
  if (client.preset.revokesAllOfPerson) return false
  try {
    if (await hasOtherSignIn(client, ports)) return false
    if (!(await store.peekPast())) return true
    return haveOwnGrants(client, payloadOf((await store.read())?.body.idToken), claims)
  } catch {
    return false
  }
}

/**
 * Whether the sign-in that is given up for a new one may be revoked: each has a grant of its own, and no third one is kept here
 * that may be in the grant of the first. Of other machines nothing is known: it ends there as by a sign-out. Where the disk does not
 * let that be read it may, too: else its refresh token would live on, and nobody would know of it.
 */
export async function isApartFromOthers(
  client: Client,
  old: Claims,
  claims: Claims,
  ports: Ports,
): Promise<boolean> {
  return haveOwnGrants(client, old, claims) && !(await hasOtherSignIn(client, ports).catch(() => false))
}

/** Whether this client has a sign-in under another account here, or may have one; to read it could ask for a passphrase. */
async function hasOtherSignIn(client: Client, ports: Ports): Promise<boolean> {
  // Lazy: commands that only renew never get here.
  const own = sessionName(client)
  return (await findEverySignIn(client.stateDirectory, ports)).some(({ name, header }) => {
    if (name === own) return false
    // Of one that is damaged nobody has the tokens.
    if (header instanceof Failure) return header.code !== 'session-ended'
    return header.issuer === client.issuer && header.clientId === client.clientId
  })
}
