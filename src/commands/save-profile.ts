import type { Settings } from '../settings/files/settings-files.ts'
import { defaultToKeep } from '../settings/profile-name.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { safeText } from '../text/safe-text.ts'
import { changeSettings, requireUnchanged } from './change-settings.ts'
import { type Invocation, tell } from './invocation.ts'

/**
 * Makes a profile that a sign-in needs, or changes one, and says where it is. `values`: undefined takes a setting away.
 * Failures: `settings` (or another process has changed the profile since they were read), `storage`, `busy`.
 */
export async function saveProfile(
  invocation: Invocation,
  settings: Settings,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const ordered = SETTING_TABLE.flatMap(({ key }) => (key in values ? [[key, values[key]]] : []))
  const chosen: Readonly<Record<string, unknown>> = Object.fromEntries(ordered)
  const { path } = await changeSettings(invocation, settings, (now) => {
    requireUnchanged(settings, now, name, chosen)
    return { set: name, values: chosen, defaultProfile: defaultToKeep(now, name) }
  })
  tell(invocation, `Saved the profile ${safeText(name, 60)} in ${safeText(path, 300)}.`)
}
