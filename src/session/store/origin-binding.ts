import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { safeText } from '../../safe-text.ts'
import { type Client, sessionName } from '../client.ts'
import type { Header } from './session-file.ts'
import type { Store } from './session-store.ts'

function checkOrigin(client: Client, header: Header): void {
  if (Object.values(header.apis).includes(client.apiOrigin)) return
  throw new Failure('other-origin', `this sign-in is not for ${safeText(client.apiOrigin, 120)}`, {
    detail: [
      `confirmed: ${[...new Set(Object.values(header.apis))].map((origin) => safeText(origin, 120)).join(', ')}`,
    ],
  })
}

/**
 * The destination binding: a session serves the API origins its sign-in confirmed, and no other. Checked before the
 * keychain is touched.
 */
export async function checkSeal(client: Client, store: Store, ports: Ports): Promise<void> {
  const header = await store.peek()
  if (header) return checkOrigin(client, header)
  const { findByProfile } = await import('./sign-ins.ts')
  const sealed = await findByProfile(client, ports)
  if (!sealed) return
  // A sign-in that came between the two looks.
  if (sessionName(sealed) === sessionName(client)) return checkOrigin(client, sealed)
  const what =
    sealed.issuer === client.issuer ? (sealed.clientId === client.clientId ? 'account' : 'client') : 'issuer'
  throw new Failure(
    'profile-changed',
    `the profile ${safeText(client.profile, 60)} has changed: it names another ${what} now`,
    {
      detail: [`signed in at ${safeText(sealed.issuer, 120)} as client ${safeText(sealed.clientId, 80)}`],
    },
  )
}
