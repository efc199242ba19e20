import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { forgetUnknown, type SignedOut, signOut } from '../../session/sign-out.ts'
import { findEverySignIn } from '../../session/store/sign-ins.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { clientOfName, clientOfSignIn, withItsKey } from './sign-in-sharers.ts'

/** A sign-in to end. */
export interface SignInToEnd {
  /** Undefined: it cannot be read, and no profile uses it. */
  readonly client: Client | undefined
  /** A Failure is the result where nothing was done: the sign-in is not to be touched, and why. */
  end(tell: (line: string) => void): Promise<SignedOut | Failure>
}

/** A sign-in whose client is known. */
export const toEnd = (client: Client, settings: Settings, ports: Ports): SignInToEnd => ({
  client,
  end: async (tell) => signOut(await withItsKey(client, settings, ports), ports, tell),
})

/**
 * Every sign-in in the state directory, also of an unfinished sign-out; of what the header says where no profile names it
 * any more. A damaged one can be ended. One of a newer ls-auth, or one that cannot be read now, is left: its end says why.
 */
export async function everySignIn(settings: Settings, ports: Ports): Promise<SignInToEnd[]> {
  const { stateDirectory } = settings.places
  const found = await findEverySignIn(stateDirectory, ports, { buried: true })
  return found.map(({ name, header }) => {
    if (!(header instanceof Failure))
      return toEnd(clientOfSignIn(header, settings, ports.env), settings, ports)
    const client = clientOfName(name, settings, ports.env)
    if (header.code !== 'session-ended') return { client, end: async () => header }
    if (client) return toEnd(client, settings, ports)
    // The store of its items is in their list.
    const store = { stateDirectory, store: 'keychain', storeKeyFile: undefined } as const
    return { client, end: (tell) => forgetUnknown(name, store, ports, tell) }
  })
}

/** What to say beside "not signed in", where a sign-in is damaged that no profile names: only `--all` removes it. Else undefined. */
export async function adviceOnUnknown(settings: Settings, ports: Ports): Promise<string | undefined> {
  const found = await findEverySignIn(settings.places.stateDirectory, ports, { buried: true })
  const isThere = found.some(
    ({ name, header }) =>
      header instanceof Failure &&
      header.code === 'session-ended' &&
      clientOfName(name, settings, ports.env) === undefined,
  )
  return isThere
    ? 'A damaged sign-in is here that no profile is known to use. To remove it, and every other sign-in: ls-auth logout --all'
    : undefined
}
