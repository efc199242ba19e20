import { listed } from '../backends/table.ts'
import type { Client } from '../client.ts'
import { changeSettings } from '../commands/change-settings.ts'
import { type Invocation, tell, warn } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { unregisterUnused } from '../commands/sign-in/unregister-client.ts'
import { neededSettings, withNeededVariables } from '../commands/sign-out/needed-settings.ts'
import { elsewhere, notRevoked, recordSignOut } from '../commands/sign-out/revocation-words.ts'
import { clientOf, sharersOf, withItsKey } from '../commands/sign-out/sign-in-sharers.ts'
import { Failure } from '../errors.ts'
import { OF_SETTINGS } from '../frame/exit-statuses.ts'
import { verb } from '../frame/verb.ts'
import { sessionName } from '../session/session-name.ts'
import { signOut } from '../session/sign-out.ts'
import { findSignIns } from '../session/store/sign-ins.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { existingName, listHint, profileNames } from '../settings/profile-name.ts'
import { isComplete } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'
import { profileArgument } from './flags.ts'

/** `ls-auth profile remove NAME`: signs out first, so that no session without a profile is left. */
export const profileRemove = verb({
  args: '<name>',
  summary: 'sign out of a profile and remove it',
  flags: { name: profileArgument },
  formats: [],
  completes: ['profiles'],
  exits: [...OF_SETTINGS, 8],
  examples: [
    { does: 'also revokes the session', line: 'ls-auth profile remove staging' },
    { does: 'which profiles are left?', line: 'ls-auth profile list' },
  ],
  async run(typed, { name = '' }) {
    const invocation = withNeededVariables(typed)
    const { env, files } = invocation.ports
    requireOutsideProxy('profile remove', env)
    const settings = await readSettings(env, await files())
    requireOwnProfile(settings, name)
    // Of a profile with wrong settings it is not known whose sign-in it uses, so none is ended: `status` shows what is left.
    const client = clientOf(neededSettings(settings), name, env)
    const sharers =
      client && isComplete(client) && !client.workload ? await endSignIn(invocation, client, settings) : []
    if (client && isComplete(client)) await unregisterUnused(invocation, settings, client)
    let wasDefault = false
    const config = await changeSettings(invocation, settings, (now) => {
      requireOwnProfile(now, name)
      wasDefault = now.config.defaultProfile === name
      return { remove: name }
    })
    tell(invocation, `Removed the profile ${safeText(name, 60)}.`)
    if (!client)
      tell(
        invocation,
        'Its settings are wrong, so ls-auth did not sign out of it. See the remaining sign-ins: ls-auth status',
      )
    if (sharers.length > 0) {
      const names = sharers.map((other) => safeText(other, 60))
      tell(
        invocation,
        `The sign-in stays for the profile${names.length > 1 ? 's' : ''} ${listed(names, 'and')}.`,
      )
    }
    const left = profileNames({ ...settings, config }).filter((one) => one !== name)
    if (wasDefault && left.length > 1) tell(invocation, `There is no default profile now. ${listHint(left)}`)
    return undefined
  },
})

/** Failure `settings`: there is none of that name, or it is not the user's. */
function requireOwnProfile(settings: Settings, name: string): void {
  if (Object.hasOwn(settings.config.profiles, existingName(settings, name))) return
  throw new Failure('settings', `the profile ${safeText(name, 60)} comes from ${settings.system.path}`, {
    hint: 'Only an administrator can remove it there.',
  })
}

/**
 * Signs out, where no other profile uses the sign-in; else gives the names of those that do. Failures: `busy`, `storage`,
 * those of the keychain.
 */
async function endSignIn(invocation: Invocation, client: Client, settings: Settings): Promise<string[]> {
  const { ports } = invocation
  const sharers = sharersOf(client, settings, ports.env)
  if (sharers.length > 0) {
    const found = await findSignIns(client.stateDirectory, ports)
    return found.some((one) => sessionName(one) === sessionName(client)) ? sharers : []
  }
  const keyed = await withItsKey(client, settings, ports)
  const result = await signOut(keyed, ports, (line) => tell(invocation, line))
  if (result.wasSignedIn) await recordSignOut(invocation, client, result)
  if (result.forgotten instanceof Failure) throw result.forgotten
  if (result.revoked instanceof Failure) {
    const { message, detail, hint } = notRevoked(result.revoked, client)
    await warn(invocation, { message: [message, ...detail].join(': '), hint })
  }
  if (!result.wasSignedIn) return []
  tell(invocation, `Signed out of ${safeText(client.profile, 60)}.`)
  const more = elsewhere(result, client)
  if (more !== undefined) tell(invocation, `  elsewhere         ${more}`)
  return []
}
