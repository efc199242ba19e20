import { changeSettings } from '../commands/change-settings.ts'
import { tell } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { OF_SETTINGS } from '../frame/exit-statuses.ts'
import { verb } from '../frame/verb.ts'
import { readSettings } from '../settings/files/settings-files.ts'
import { existingName } from '../settings/profile-name.ts'
import { safeText } from '../text/safe-text.ts'
import { profileArgument } from './flags.ts'

/** `ls-auth profile use NAME`: makes it the default. */
export const profileUse = verb({
  args: '<name>',
  summary: 'make a profile the default',
  flags: { name: profileArgument },
  formats: [],
  completes: ['profiles'],
  exits: OF_SETTINGS,
  examples: [
    { does: 'for every command from now on', line: 'ls-auth profile use work' },
    { does: 'for one command only', line: 'ls-auth whoami --profile staging' },
  ],
  async run(invocation, { name = '' }) {
    const { env, files } = invocation.ports
    requireOutsideProxy('profile use', env)
    const settings = await readSettings(env, await files())
    existingName(settings, name)
    await changeSettings(invocation, settings, (now) => ({ defaultProfile: existingName(now, name) }))
    tell(invocation, `The default profile is ${safeText(name, 60)} now.`)
    const inUse = env.variables.LS_AUTH_PROFILE
    if (inUse && inUse !== name)
      tell(invocation, `note: LS_AUTH_PROFILE overrides it in this shell: ${safeText(inUse, 60)}`)
    return undefined
  },
})
