import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import {
  haveOwnGrants,
  livingTokens,
  type Revocable,
  refreshToken,
  WAITING,
  waitingTokens,
  wanted,
} from './own-grant.ts'
import { connect } from './protocol/connection.ts'
import type { Provider } from './protocol/provider.ts'
import { changeOfWay } from './store/origin-binding.ts'
import type { Session } from './store/session.ts'
import type { SessionBody, SessionHeader } from './store/session-file.ts'
import type { Store } from './store/session-store.ts'

/**
 * Cleans up what an interrupted sign-in or sign-out left: tombstones, refresh tokens that wait to be revoked, orphaned keychain
 * items. Call it under the session lock. Idempotent; makes no request when there is nothing to do. Never throws: failed work is
 * left for the next holder of the lock. A token that may be of the same grant as the present sign-in (own-grant.ts) is
 * forgotten and not revoked.
 */
export async function sweep(client: Client, store: Store, ports: Ports): Promise<void> {
  await attempt(() => sweepAll(client, store, ports))
}

async function sweepAll(client: Client, store: Store, ports: Ports): Promise<void> {
  await attempt(() => store.clearTemporary())
  const current = await store.read().catch(() => undefined)
  const header = await store.peekPast()
  let provider: Provider | undefined
  const revoke = async (tokens: readonly Revocable[], known = current): Promise<void> => {
    // Requests would go an unconfirmed way: the tokens are forgotten, and end by themselves.
    if (known && changeOfWay(client, known.header)) return
    for (const token of wanted(client, tokens)) {
      provider ??= await connect(client, known?.body, ports)
      await revokeQuietly(provider, token)
    }
  }
  for (const tombstone of await store.tombstones()) {
    await attempt(async () => {
      const dead = await store.readTombstone(tombstone).catch(() => undefined)
      if (dead) await revoke(revocable(client, dead, header, current, ports.clock.now()), dead)
      await store.discardItem(tombstone)
      await store.clearTombstone(tombstone)
    })
  }
  let session = current
  for (const name of WAITING) {
    const { [name]: token, ...body } = session?.body ?? {}
    if (session === undefined || token === undefined) continue
    const next = { ...session, body: body as SessionBody }
    await attempt(async () => {
      await revoke(refreshToken(token))
      await store.commit(next)
      session = next
    })
  }
  const buried = (await store.tombstones()).map(({ sid }) => sid)
  for (const item of await store.items()) {
    // A session that cannot be decrypted now (a locked keychain) still owns its item.
    if (item.sid === header?.sid || buried.includes(item.sid)) continue
    // It shows the next sign-in that there is a token to revoke yet.
    if (session?.body.superseded !== undefined && item.sid === session.body.replaced) continue
    await attempt(async () => {
      // It does not say whose grant its token is of.
      if (header === undefined) await revoke(refreshToken((await store.recallItem(item))?.refresh))
      await store.discardItem(item)
    })
  }
}

/**
 * The tokens of an unfinished sign-out that may be revoked. All of them when no person has signed in since, else those of
 * another grant than the present sign-in. A token that waits was compared with the dead one only.
 */
function revocable(
  client: Client,
  dead: Session,
  header: SessionHeader | undefined,
  current: Session | undefined,
  now: number,
): readonly Revocable[] {
  if (header === undefined) return [...waitingTokens(dead.body), ...livingTokens(dead, now)]
  const areApart = haveOwnGrants(client, payloadOf(dead.body.idToken), payloadOf(current?.body.idToken))
  return areApart ? livingTokens(dead, now) : []
}

/** Rethrows only a network error, for a later retry: after a refusal the token is dead or cannot be revoked. */
async function revokeQuietly(provider: Provider, { token, kind }: Revocable): Promise<void> {
  try {
    await provider.revoke(token, kind)
  } catch (error) {
    if (error instanceof NetworkFailure) throw error
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    // Left for the next holder of the lock.
  }
}
