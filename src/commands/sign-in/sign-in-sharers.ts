import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'

/** The profiles that use the sign-in of this client: the same issuer, client id and account. */
export function usersOf(
  client: Pick<Client, 'issuer' | 'clientId' | 'account'>,
  settings: Settings,
  env: Env,
): string[] {
  return profileNames(settings).filter((name) => {
    try {
      const other = profileNamed(settings, name, env).client
      return isComplete(other) && sessionName(other) === sessionName(client)
    } catch (error) {
      // A profile with wrong settings uses no sign-in.
      if (error instanceof Failure) return false
      throw error
    }
  })
}

/** The others beside its own profile. */
export const sharersOf = (
  client: Pick<Client, 'profile' | 'issuer' | 'clientId' | 'account'>,
  settings: Settings,
  env: Env,
): string[] => usersOf(client, settings, env).filter((name) => name !== client.profile)
