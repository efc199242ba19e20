import type { Client } from '../client.ts'
import { NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { connect } from './protocol/connection.ts'
import type { Provider } from './protocol/provider.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { Store } from './store/session-store.ts'

/**
 * Cleans up what an interrupted sign-in or sign-out left: tombstones, a superseded refresh token, orphaned keychain
 * items. Call it under the session lock. Idempotent; makes no request when there is nothing to do. Never throws: what
 * fails is left for the next holder of the lock.
 */
export async function sweep(client: Client, store: Store, ports: Ports): Promise<void> {
  await attempt(() => sweepAll(client, store, ports))
}

async function sweepAll(client: Client, store: Store, ports: Ports): Promise<void> {
  await attempt(() => store.clearTemporary())
  const current = await store.read().catch(() => undefined)
  const header = await store.peekPast()
  let provider: Provider | undefined
  const revoke = async (token: string | undefined): Promise<void> => {
    if (token === undefined || client.preset.revoke.length === 0) return
    provider ??= await connect(client, current?.body, ports)
    await revokeQuietly(provider, token)
  }
  for (const tombstone of await store.tombstones()) {
    await attempt(async () => {
      const dead = await store.readTombstone(tombstone).catch(() => undefined)
      for (const token of dead ? [dead.body.superseded, refreshTokenOf(dead)] : []) await revoke(token)
      await store.discardItem(tombstone)
      await store.clearTombstone(tombstone)
    })
  }
  if (current?.body.superseded) {
    await attempt(async () => {
      await revoke(current.body.superseded)
      await store.commit(withoutSuperseded(current))
    })
  }
  const buried = (await store.tombstones()).map(({ sid }) => sid)
  for (const item of await store.items()) {
    // A session that cannot be decrypted now (a locked keychain) still owns its item.
    if (item.sid === header?.sid || buried.includes(item.sid)) continue
    await attempt(async () => {
      const orphan = await store.recallItem(item)
      // A replaced sign-in's token is handled by `superseded`; an orphan's token was never used, so it can be revoked.
      if (item.sid !== current?.body.replaced) await revoke(orphan?.refresh)
      await store.discardItem(item)
    })
  }
}

function withoutSuperseded(session: Session): Session {
  const { superseded: _, ...body } = session.body
  return { ...session, body }
}

/** Rethrows only a network error, for a later retry: after a refusal the token is dead or cannot be revoked. */
async function revokeQuietly(provider: Provider, token: string): Promise<void> {
  try {
    await provider.revoke(token)
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
