import { changeConfig } from '../../settings/files/config-file.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { defaultToKeep } from '../../settings/profile-name.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Invocation, tell } from '../invocation.ts'

/**
 * Makes a profile that a sign-in needs, or changes one, and says where it is. `values`: undefined takes a setting away.
 * Failures: `settings`, `storage`.
 */
export async function saveProfile(
  invocation: Invocation,
  settings: Settings,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { ports } = invocation
  const ordered = SETTING_TABLE.flatMap(({ key }) => (key in values ? [[key, values[key]]] : []))
  const change = {
    set: name,
    values: Object.fromEntries(ordered) as Readonly<Record<string, unknown>>,
    defaultProfile: defaultToKeep(settings, name),
  }
  const { path } = await changeConfig(settings.config, change, await ports.files(), ports.env)
  tell(invocation, `Saved the profile ${safeText(name, 60)} in ${safeText(path, 300)}.`)
}
