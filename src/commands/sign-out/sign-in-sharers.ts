import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import { type SessionOf, sessionName } from '../../session/session-name.ts'
import type { SessionHeader } from '../../session/store/session-file.ts'
import { openStore } from '../../session/store/session-store.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { clientFromHeader, isComplete } from '../../settings/required-client.ts'
import { optionWords } from '../command-line.ts'

/** The profiles that use the sign-in of this client: the same issuer, client id and account. One for a program uses none. */
export const usersOf = (client: SessionOf, settings: Settings, env: Env): string[] =>
  clientsOf(client, settings, env)
    .filter(({ workload }) => workload === undefined)
    .map(({ profile }) => profile)

/** The client of a sign-in: of a profile that uses it, else of one from before it was for a program, else of none. */
export function clientOfSignIn(header: SessionHeader, settings: Settings, env: Env): Client {
  const clients = clientsOf(header, settings, env)
  return (
    clients.find(({ workload }) => workload === undefined) ??
    clients.find(({ profile }) => Object.hasOwn(header.apis, profile)) ??
    clientFromHeader(header, settings, env)
  )
}

/** The client of the sign-in that is kept under this name, of a profile that uses it; undefined: it is not known whose it is. */
export function clientOfName(session: string, settings: Settings, env: Env): Client | undefined {
  const clients = clientsNamed(session, settings, env)
  return clients.find(({ workload }) => workload === undefined) ?? clients[0]
}

const clientsOf = (signIn: SessionOf, settings: Settings, env: Env): Client[] =>
  clientsNamed(sessionName(signIn), settings, env)

function clientsNamed(session: string, settings: Settings, env: Env): Client[] {
  return profileNames(settings).flatMap((name) => {
    const client = clientOf(settings, name, env)
    return client && isComplete(client) && sessionName(client) === session ? [client] : []
  })
}

/** The others beside its own profile. */
export const sharersOf = (
  client: Pick<Client, 'profile'> & SessionOf,
  settings: Settings,
  env: Env,
): string[] => usersOf(client, settings, env).filter((name) => name !== client.profile)

/**
 * The client with the key file that opens its sign-in: profiles that share one may each have their own. The profile that made
 * it may be for another client now. Unchanged where none of them opens it.
 */
export async function withItsKey(client: Client, settings: Settings, ports: Ports): Promise<Client> {
  const storeKeyFile = await keyFileThatOpens(client, settings, ports)
  return storeKeyFile === undefined ? client : { ...client, storeKeyFile }
}

/** The key file that opens this sign-in: that of the client, or of any profile. Undefined: none of them does. */
async function keyFileThatOpens(
  client: Client,
  settings: Settings,
  ports: Ports,
): Promise<string | undefined> {
  const keys = profileNames(settings).flatMap(
    (name) => clientOf(settings, name, ports.env)?.storeKeyFile ?? [],
  )
  for (const storeKeyFile of new Set([client.storeKeyFile ?? [], keys].flat()))
    if (await isOpenedBy({ ...client, storeKeyFile }, ports)) return storeKeyFile
  return undefined
}

/** Whether the key file of this client opens its sign-in. */
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
export function clientOf(settings: Settings, name: string, env: Env): PartialClient | undefined {
  try {
    return profileNamed(settings, name, env).client
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** A sign-in as people name it. */
interface Named {
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly account: string
  /** Where a key file keeps it that is not known here: `FILE`. */
  readonly storeKeyFile?: string | undefined
}

/** The command that signs out of a sign-in; without a profile it has all flags that name it. */
const logoutOf = ({ issuer, clientId, account, storeKeyFile }: Partial<Named>, profile?: string): string =>
  `ls-auth logout${optionWords({ profile, issuer, clientId, account, storeKeyFile })}`

/** How to sign out of a sign-in that no profile names any more. `profile`: it knows the key file. */
export const signOutOf = (named: Named, profile?: string): string =>
  `To sign out of it: ${logoutOf(named, profile)}`
