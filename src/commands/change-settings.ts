import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../errors.ts'
import type { ConfigFile } from '../settings/files/config-file.ts'
import { type Change, changeConfig } from '../settings/files/config-text.ts'
import type { Settings } from '../settings/files/settings-files.ts'
import { safeText } from '../text/safe-text.ts'
import { type Invocation, tell } from './invocation.ts'

/** Changes the user's settings file; see {@link changeConfig}. */
export const changeSettings = (
  invocation: Invocation,
  settings: Settings,
  decide: (now: Settings) => Change,
): Promise<ConfigFile> => {
  const { ports, command } = invocation
  return changeConfig(settings, decide, { ports, command, tell: (line) => tell(invocation, line) })
}

/**
 * For values that were chosen by what a profile was: Failure `settings` when another process has changed it since then, in
 * any other way. A mixture of the two is untested.
 */
export function requireUnchanged(
  before: Settings,
  now: Settings,
  name: string,
  values: Readonly<Record<string, unknown>>,
): void {
  const profile = now.config.profiles[name]
  if (isDeepStrictEqual(profile, before.config.profiles[name])) return
  if (Object.entries(values).every(([key, value]) => isDeepStrictEqual(profile?.[key], value))) return
  throw new Failure(
    'settings',
    `another ls-auth has changed the profile ${safeText(name, 60)} in the meantime`,
    {
      hint: 'Check the profiles: ls-auth profile list. Then try again.',
    },
  )
}

/** Says where a profile is that a sign-in needs. */
export const tellSaved = (invocation: Invocation, name: string, path: string): void =>
  tell(invocation, `Saved the profile ${safeText(name, 60)} in ${safeText(path, 300)}.`)
