import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { discover } from '../protocol/metadata.ts'
import { openRegistrations } from './kept-registration.ts'

/** A client that has no id yet. */
type Unregistered = PartialClient & { readonly issuer: string }

/**
 * Registers a public client at the issuer and keeps what is needed to take that back. Proves before that it can be kept.
 * `canUnregister`: false where the provider gave no registration access token. Failures: `cannot-do` (not offered),
 * `settings` (refused), `network`, `provider-failed`, `refused`, and those of the store.
 */
export async function registerClient(
  client: Unregistered,
  ports: Ports,
): Promise<{ readonly clientId: string; readonly canUnregister: boolean }> {
  // Lazy: loads the protocol library.
  const { requestRegistration, requireRegistration, withdrawRegistration } = await import(
    '../protocol/registration.ts'
  )
  const http = await ports.http(client.http)
  const { metadata } = await discover(client.issuer, client.preset, http, ports.clock)
  requireRegistration(client, metadata)
  const registrations = await openRegistrations(client, ports)
  await registrations.probe()
  const { clientId, management } = await requestRegistration(client, metadata, http)
  if (management === undefined) return { clientId, canUnregister: false }
  try {
    await registrations.keep(clientId, management)
  } catch (error) {
    // Nobody could take it back later.
    await withdrawRegistration(management, http).catch(() => {})
    throw error
  }
  return { clientId, canUnregister: true }
}

/**
 * Takes back a registration that is kept here, and forgets it. `none`: this client was not registered from here. A Failure:
 * the provider may still know it; here it is forgotten all the same.
 */
export async function unregisterClient(client: Client, ports: Ports): Promise<'yes' | 'none' | Failure> {
  const registrations = await openRegistrations(client, ports)
  try {
    const management = await registrations.read(client.clientId)
    if (management === undefined) return 'none'
    const { withdrawRegistration } = await import('../protocol/registration.ts')
    await withdrawRegistration(management, await ports.http(client.http))
    return 'yes'
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  } finally {
    await registrations.forget(client.clientId)
  }
}
