import { Failure } from '../../errors.ts'
import { readSettings } from '../../settings/files/settings-files.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { globals, type Invocation } from '../invocation.ts'

/**
 * Signs in with a profile that this run has just saved. A Failure says that the profile stays: whoever tries again has it
 * already, and whoever does not may not want it. One that is no longer there is not named.
 */
export async function withSavedProfile(invocation: Invocation, signIn: () => Promise<void>): Promise<void> {
  try {
    await signIn()
  } catch (error) {
    const { env, files } = invocation.ports
    const { profile: name = '' } = globals(invocation)
    if (!(error instanceof Failure)) throw error
    if (!profileNames(await readSettings(env, await files())).includes(name)) throw error
    throw error.withDetail(
      `the profile "${safeText(name, 60)}" stays; to take it away: ls-auth profile remove ${shellWord(name)}`,
    )
  }
}
