import { Failure } from '../../errors.ts'
import { type NewClient, registerClient } from '../../session/protocol/registration.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { commandLine } from '../command-line.ts'
import { type Invocation, tell } from '../invocation.ts'
import { registrationLines } from './registration-lines.ts'

/** The keychain's hint is about a sign-in; here another command is repeated. */
const STORE_FLAGS = /ls-auth login --store file --store-key-file (\S+)/

/**
 * Registers a client for the issuer of a profile (RFC 7591), has `use` put its id into the profile, and gives what that
 * gives. A Failure says what to register by hand where the provider does not do it; those of `use` stay unchanged, with
 * what became of the client.
 */
export async function registerForProfile<T>(
  invocation: Invocation,
  profile: Profile,
  use: (registered: NewClient) => Promise<T>,
): Promise<T> {
  const { ports } = invocation
  const { client } = profile
  const { issuer = '', preset } = client
  let isRegistered = false
  try {
    return await registerClient({ ...client, issuer }, ports, async (registered) => {
      const { clientId, canUnregister, isDocument } = registered
      isRegistered = true
      if (isDocument) return use(registered)
      tell(
        invocation,
        `Registered a client at ${safeText(new URL(issuer).host, 200)}: ${safeText(clientId, 200)}`,
      )
      const saved = await use(registered)
      if (!canUnregister)
        tell(invocation, 'The provider offers no way to unregister it. An administrator can remove it there.')
      return saved
    })
  } catch (error) {
    if (isRegistered || !(error instanceof Failure)) throw error
    const inFile = STORE_FLAGS.exec(error.hint)?.[1]
    if (inFile !== undefined)
      throw error.withHint(
        `To keep it in an encrypted file: ${commandLine(invocation, { store: 'file', storeKeyFile: inFile })}`,
      )
    if (!/^(cannot-do|settings)$/.test(error.code)) throw error
    const { code, message, detail } = error
    throw new Failure(code, message, {
      detail: [...detail, ...registrationLines(preset, ports.terminal.columns - 2)],
      hint: `With that client's id: ${commandLine(invocation, { register: undefined, clientId: 'ID' })}`,
      cause: error,
    })
  }
}
