import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure, NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Provider } from './protocol/provider.ts'
import { sessionName } from './session-name.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { SessionBody } from './store/session-file.ts'
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
 * Whether the tokens of a new sign-in may be revoked: no person is signed in with this client, or in a grant of its own. No,
 * where that cannot be read; and where revoking ends all sign-ins of the person, who may be signed in elsewhere.
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
 * Whether the sign-in that is given up for a new one may be revoked. Each must have a grant of its own, and no third one here
 * may be in the grant of the first. Other machines are unknown: it ends there as by a sign-out. If the disk cannot be read it
 * may, too: else its refresh token would live on unseen.
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
    // The tokens of a damaged one are unreadable.
    if (header instanceof Failure) return header.code !== 'session-ended'
    return header.issuer === client.issuer && header.clientId === client.clientId
  })
}

/** The setting `revoke`: which tokens a provider is asked to revoke (RFC 7009), and in which order. */

export interface Revocable {
  readonly kind: 'refresh' | 'access'
  readonly token: string
}

/** The tokens of a session that are still good for something. */
export function livingTokens(session: Session, now: number): readonly Revocable[] {
  const refresh = refreshTokenOf(session)
  // The company's provider must not see a token of another server.
  const access = session.body.server ? [] : livingAccess(session.body, now)
  return [...refreshToken(refresh), ...access.map(({ value }) => ({ kind: 'access', token: value }) as const)]
}

export const livingAccess = (
  { tokens }: SessionBody,
  now: number,
): readonly SessionBody['tokens'][number][] =>
  tokens.filter(({ use, receivedAt, expiresIn }) => use === 'access' && receivedAt + expiresIn * 1000 > now)

/** What of a session holds a refresh token that is not its own, and waits to be revoked. */
export const WAITING = ['superseded', 'foreign'] as const

/** Those refresh tokens. */
export const waitingTokens = (body: SessionBody): readonly Revocable[] =>
  WAITING.flatMap((name) => refreshToken(body[name]))

export const refreshToken = (token: string | undefined): readonly Revocable[] =>
  token === undefined ? [] : [{ kind: 'refresh', token }]

/** Those of them that the setting names, in its order. */
export const wanted = ({ preset }: Client, tokens: readonly Revocable[]): readonly Revocable[] =>
  preset.revoke.flatMap((kind) => tokens.filter((token) => token.kind === kind))

/** The kind that was revoked; `ended`: the token was dead at the provider before. */
type Revoked = Revocable['kind'] | 'ended'

/**
 * Revokes them one after the other. Gives the result of the refresh token, else of access tokens; undefined: the provider
 * revokes none of them. An access token ends soon, mostly with its refresh token, so its failure is not reported beside a
 * result of that.
 */
export async function revokeAll(
  provider: Provider,
  tokens: readonly Revocable[],
): Promise<Revoked | undefined> {
  const hasRefresh = tokens.some(({ kind }) => kind === 'refresh')
  const became: { refresh?: Revoked; access?: Revoked } = {}
  let failure: Failure | undefined
  for (const { kind, token } of tokens) {
    try {
      const done = await provider.revoke(token, kind)
      if (done !== false && became[kind] !== kind) became[kind] = done === 'ended' ? done : kind
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (became.refresh !== undefined) return became.refresh
      if (error instanceof NetworkFailure) throw error
      if (kind === 'refresh' || !hasRefresh) failure ??= error
    }
  }
  if (failure) throw failure
  return became.refresh ?? became.access
}
