import type { Store } from './store/session-store.ts'

/**
 * Whether an interrupted sign-in or sign-out has left something to sweep (sweep.ts), beside the current sign-in of this
 * id. Asks no keychain: the item of a sign-in that was replaced stays in the list until its token is revoked.
 */
export async function hasLeftovers(store: Store, currentSid: string | undefined): Promise<boolean> {
  if ((await store.tombstones()).length > 0) return true
  return (await store.items()).some(({ sid }) => sid !== currentSid)
}
