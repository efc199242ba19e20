import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { ProviderFailure } from './answers/provider-errors.ts'
import { discoverIssuer } from './documents/metadata.ts'
import { livingAccess, livingTokens, revokeAll, waitingTokens, wanted } from './own-grant.ts'
import { connect } from './protocol/connection.ts'
import { earlierAttempt } from './renewal/freshness.ts'
import { requireSameWay } from './store/origin-binding.ts'
import type { StoreSettings } from './store/session.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { SessionBody, SessionHeader } from './store/session-file.ts'
import { openStore, openStoreNamed, type Store } from './store/session-store.ts'
import { sweep } from './sweep.ts'

/** The result of both halves of a sign-out: revocation and deletion. */
export interface SignedOut {
  readonly wasSignedIn: boolean
  /**
   * `yes`: the refresh token. `already-ended`: it was dead at the provider before. `access-only`: none of these was to be revoked. `not-asked`: the setting `revoke` leaves it out, and
   * the provider does offer it. `access-not-offered`: there was only an access token to revoke, and the provider, which does
   * revoke others, takes none of these. `earlier`: an earlier sign-out was finished, with revocation where that was still possible.
   */
  readonly revoked:
    | 'yes'
    | 'already-ended'
    | 'access-only'
    | 'not-offered'
    | 'access-not-offered'
    | 'not-asked'
    | 'no-token'
    | 'earlier'
    | Failure
  readonly forgotten: true | Failure
  /** Of the session that has ended, where it could be read: for the record, which keeps ids only, and the provider's page. */
  readonly ended?: Pick<SessionBody, 'tokens' | 'idToken' | 'metadata'> | undefined
}

/**
 * Signs out: write a tombstone (the commit: from here on no command finds a session) → revoke (RFC 7009) → delete the
 * keychain item. The tombstone stays until the deletion is confirmed, so that the next command can finish what failed.
 * Failures: `busy`, `storage`; one of a later step is in the result.
 */
export async function signOut(
  client: Client,
  ports: Ports,
  tell: (line: string) => void,
): Promise<SignedOut> {
  const store = await openStore(client, ports)
  const known =
    (await look(store)) ?? ((await store.tombstones()).length > 0 || (await store.items()).length > 0)
  if (!known) return { wasSignedIn: false, revoked: 'no-token', forgotten: true }
  return store.withSessionLock('logout', tell, async () => {
    const header = await look(store)
    if (!header) return finishEarlier(client, store, ports)
    if (header instanceof Failure) {
      // Revokes the issued refresh token, where the keychain has it. A newer one was in the file only.
      await sweep(client, store, ports)
      return forgetDamaged(store, header)
    }
    let session: Session | undefined
    let unreadable: Failure | undefined
    try {
      session = await store.read()
    } catch (error) {
      // After a read error the token could not be revoked: stop before the commit, so that the user can retry.
      if (!(error instanceof Failure) || error.code === 'storage') throw error
      unreadable = error.code === 'session-ended' ? unknownToken(error) : error
    }
    await store.bury(header.sid)
    // A file that is gone could not be buried: here is what was read, or why it was not.
    const revoked = unreadable ?? (await revoke(client, session as Session, ports))
    const forgotten = await forget(async () => {
      await store.discardItem(header)
      await store.clearTombstone(header)
    })
    if (forgotten === true) await sweep(client, store, ports)
    return { wasSignedIn: true, revoked, forgotten, ended: session && ended(session.body) }
  })
}

/**
 * Signs out of a damaged session of which it is not known whose it is: no provider can be asked. Failures: `busy`,
 * `storage`, `refused`, `settings` (of a newer ls-auth).
 */
export async function forgetUnknown(
  name: string,
  settings: StoreSettings,
  ports: Ports,
  tell: (line: string) => void,
): Promise<SignedOut> {
  const store = await openStoreNamed(name, settings, ports)
  return store.withSessionLock('logout', tell, async () => {
    const found = await look(store)
    if (found instanceof Failure) return forgetDamaged(store, found)
    const left = found ? [] : await store.tombstones()
    // A person has signed in since, or the sign-out was finished.
    if (left.length === 0) return { wasSignedIn: false, revoked: 'no-token', forgotten: true }
    const forgotten = await forget(async () => {
      for (const tombstone of left) {
        await store.discardItem(tombstone)
        await store.clearTombstone(tombstone)
      }
    })
    return { wasSignedIn: true, revoked: 'earlier', forgotten }
  })
}

/** The header; a Failure: the session is damaged. */
async function look(store: Store): Promise<SessionHeader | Failure | undefined> {
  try {
    return await store.peek()
  } catch (error) {
    if (error instanceof Failure && error.code === 'session-ended') return error
    throw error
  }
}

async function forgetDamaged(store: Store, damage: Failure): Promise<SignedOut> {
  const forgotten = await forget(() => store.discardDamaged())
  return { wasSignedIn: true, revoked: unknownToken(damage), forgotten }
}

/** Why it knows of no revoked token. The hint of a damaged file is not for a removed one. */
const unknownToken = (damage: Failure): Failure =>
  damage.withWords(`${damage.message}: its refresh token cannot be read`, 'It may still work there.')

/** What others need of a session that has ended; no refresh token. */
const ended = ({ tokens, idToken, metadata }: SessionBody): SignedOut['ended'] => ({
  tokens,
  ...(idToken && { idToken }),
  ...(metadata && { metadata }),
})

/** Finishes what an earlier sign-out or an interrupted sign-in left, or reports that it still fails. */
async function finishEarlier(client: Client, store: Store, ports: Ports): Promise<SignedOut> {
  const before = await store.tombstones()
  await sweep(client, store, ports)
  const [left] = await store.tombstones()
  // The sweep swallows errors; the same step once more gives the reason.
  const forgotten = left === undefined ? true : await forget(() => store.discardItem(left))
  const revoked = before.length === 0 ? 'no-token' : forgotten === true ? 'earlier' : forgotten
  return { wasSignedIn: before.length > 0, revoked, forgotten }
}

const REVOKED = { refresh: 'yes', access: 'access-only', ended: 'already-ended' } as const

async function revoke(client: Client, session: Session, ports: Ports): Promise<SignedOut['revoked']> {
  const { body } = session
  const living = livingTokens(session, ports.clock.now())
  const tokens = wanted(client, living)
  if (tokens.length === 0) {
    if (!living.some(({ kind }) => kind === 'refresh')) return 'no-token'
    return typeof body.metadata?.value.revocation_endpoint === 'string' ? 'not-asked' : 'not-offered'
  }
  try {
    requireSameWay(client, session.header)
    const provider = await connect(client, body, ports)
    for (const { token, kind } of wanted(client, waitingTokens(body)))
      await provider.revoke(token, kind).catch(() => {})
    const revoked = await revokeAll(provider, tokens)
    if (client.server) await revokeAtServer(client.server, body, ports).catch(() => {})
    if (revoked !== undefined) return REVOKED[revoked]
    const isOffered = typeof provider.metadata.revocation_endpoint === 'string'
    if (!isOffered || tokens.some(({ kind }) => kind === 'refresh')) return 'not-offered'
    // The refresh token matters more: it lives longer.
    return living.some(({ kind }) => kind === 'refresh') ? 'not-asked' : 'access-not-offered'
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // RFC 7009 §2.2 has success for a token that is dead; some refuse it, as they have refused to renew it.
    const isDead = ['refused', 'lost'].includes(earlierAttempt(body, refreshTokenOf(session) ?? '') ?? '')
    return isDead && error instanceof ProviderFailure && error.wire.status === 400 ? 'already-ended' : error
  }
}

/** Its access tokens; they end by themselves soon, so a failure is not reported. */
async function revokeAtServer(server: Client, body: SessionBody, ports: Ports): Promise<void> {
  const { skewSeconds, clientSecret, server: { metadata } = {} } = body
  if (!server.preset.revoke.includes('access')) return
  const session = { skewSeconds, ...(metadata && { metadata }), ...(clientSecret && { clientSecret }) }
  const provider = await connect(server, session, ports)
  for (const { value } of livingAccess(body, ports.clock.now())) await provider.revoke(value, 'access')
}

async function forget(work: () => Promise<void>): Promise<true | Failure> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** Who the person is to the provider: the claim that Entra makes for it, else the usual names. */
const HINT_CLAIMS = ['login_hint', 'preferred_username', 'email']

/** What says where the page is, and to whom. */
type Known = Pick<SessionBody, 'metadata' | 'idToken'>

/**
 * The page at which a person ends the session in the browser too (OpenID Connect RP-Initiated Logout 1.0 §2); undefined where
 * the provider has none. It gets only the client and the person: an `id_token_hint` would leave a token in the browser's
 * history and in its opener's command line. `ended`: of the sign-in that has ended; where it ended earlier the provider is
 * asked. Failures: those of {@link discoverIssuer}.
 */
export async function signOutPage(
  { clientId, issuer, preset, http }: Client,
  ended: Known | undefined,
  ports: Ports,
): Promise<URL | undefined> {
  if (!preset.signOutPage) return undefined
  const { metadata } = ended?.metadata
    ? { metadata: ended.metadata.value }
    : await discoverIssuer(issuer, preset, await ports.http(http), ports.clock)
  const endpoint = metadata.end_session_endpoint
  if (typeof endpoint !== 'string') return undefined
  // Checked when the metadata was fetched: https, and no user info.
  const page = new URL(endpoint)
  page.searchParams.set('client_id', clientId)
  const hint = hintOf(ended?.idToken)
  if (hint !== undefined) page.searchParams.set('logout_hint', hint)
  return page
}

function hintOf(idToken: string | undefined): string | undefined {
  const claims = payloadOf(idToken)
  const hints = HINT_CLAIMS.map((name) => claims?.[name])
  return hints.find((hint): hint is string => typeof hint === 'string' && hint !== '')
}
