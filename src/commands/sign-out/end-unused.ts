import { listed } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { signOut } from '../../session/sign-out.ts'
import { readSettings } from '../../settings/files/settings-files.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Invocation, tell } from '../invocation.ts'
import { atProvider, recordSignOut } from './revocation-words.ts'
import { signOutOf, usersOf } from './sign-in-sharers.ts'

/** Ends a sign-in that no profile uses, and says what became of it. Never fails. */
export async function endUnused(invocation: Invocation, client: Client): Promise<string> {
  const { ports } = invocation
  try {
    const users = usersOf(client, await readSettings(ports.env, await ports.files()), ports.env)
    if (users.length > 0) {
      const names = users.map((name) => safeText(name, 60))
      return `the sign-in stays for the profile${users.length > 1 ? 's' : ''} ${listed(names, 'and')}`
    }
    const result = await signOut(client, ports, (line) => tell(invocation, line))
    if (result.wasSignedIn) await recordSignOut(invocation, client, result)
    if (result.forgotten instanceof Failure) throw result.forgotten
    return `the sign-in is removed; ${atProvider(result, ports.clock.now())}`
  } catch (error) {
    if (error instanceof Failure)
      return `the sign-in still exists (${safeText(error.message)}). ${signOutOf(client)}`
    throw error
  }
}
