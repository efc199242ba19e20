import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import { openStore } from '../../session/store/session-store.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'

/** The profiles that use the sign-in of this client: the same issuer, client id and account. One for a program uses none. */
export function usersOf(
  client: Pick<Client, 'issuer' | 'clientId' | 'account'>,
  settings: Settings,
  env: Env,
): string[] {
  return profileNames(settings).filter((name) => {
    const other = clientOf(settings, name, env)
    if (other === undefined || other.workload !== undefined) return false
    return isComplete(other) && sessionName(other) === sessionName(client)
  })
}

/** The others beside its own profile. */
export const sharersOf = (
  client: Pick<Client, 'profile' | 'issuer' | 'clientId' | 'account'>,
  settings: Settings,
  env: Env,
): string[] => usersOf(client, settings, env).filter((name) => name !== client.profile)

/**
 * The client with the key file that opens its sign-in: of profiles that share one each may have its own, and the one that it was
 * made with may be for another client now. As it is where none of them does.
 */
export async function withItsKey(client: Client, settings: Settings, ports: Ports): Promise<Client> {
  const keys = profileNames(settings).flatMap(
    (name) => clientOf(settings, name, ports.env)?.storeKeyFile ?? [],
  )
  for (const storeKeyFile of new Set([client.storeKeyFile ?? [], keys].flat())) {
    const one = { ...client, storeKeyFile }
    if (await isOpenedBy(one, ports)) return one
  }
  return client
}

async function isOpenedBy(client: Client, ports: Ports): Promise<boolean> {
  try {
    const store = await openStore(client, ports)
    // A keychain asks a person, perhaps, and no key file helps.
    return (await store.peek())?.store === 'file' && (await store.read()) !== undefined
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

/** Undefined: a profile with wrong settings, which uses no sign-in. */
function clientOf(settings: Settings, name: string, env: Env): PartialClient | undefined {
  try {
    return profileNamed(settings, name, env).client
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
