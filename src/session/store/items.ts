import type { SessionHeader } from './session-file.ts'
import type { SessionPlace } from './session-place.ts'
import { readOwn, writeOwn } from './state-files.ts'
import type { Secret } from './vaults/vault.ts'

/** A keychain item (or key-file session) that a sign-in has written, by the store it was written to. */
export type Item = Pick<SessionHeader, 'sid' | 'store'>

/**
 * The keychain items of all sign-ins, current or not. An item is listed before it is written, so that one left by a
 * killed sign-in is found again. A list that is missing or cannot be parsed counts as empty.
 */
export async function listItems(place: SessionPlace): Promise<readonly Item[]> {
  const bytes = await readOwn(place.itemList, place.files)
  try {
    const parsed: unknown = JSON.parse(String(bytes))
    return Array.isArray(parsed) ? parsed.filter(isItem) : []
  } catch {
    return []
  }
}

/** Adds an item to the list. */
export async function noteItem(place: SessionPlace, item: Item): Promise<void> {
  await saveItems(place, [...(await listItems(place)), item])
}

/** Reads an item. Undefined: missing, the keychain does not give it, or its key is in the session file alone. */
export async function recallItem(place: SessionPlace, { sid, store }: Item): Promise<Secret | undefined> {
  return place
    .vault(store)
    .recall(place.account(sid), { store } as SessionHeader)
    .catch(() => undefined)
}

/** Deletes the item, then its entry in the list. */
export async function discardItem(place: SessionPlace, { sid, store }: Item): Promise<void> {
  await place.vault(store).discard(place.account(sid))
  await saveItems(
    place,
    (await listItems(place)).filter((other) => other.sid !== sid),
  )
}

const saveItems = (place: SessionPlace, list: readonly Item[]) =>
  writeOwn(place.itemList, Buffer.from(JSON.stringify(list)), place.files, place.ports.env.pid)

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && /^[\w-]{8,64}$/.test(String((value as Item).sid))
