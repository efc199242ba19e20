import { didYouMean } from '../../text/near-name.ts'
import { SETTING_TABLE } from '../setting-table.ts'

/** What to do about a key that this version does not know: in a profile, or at the top of a settings file. Empty: nothing. */
export function adviceOnKey(key: string, where: 'profile' | 'file'): string {
  const settings = SETTING_TABLE.map((row) => row.key)
  if (where === 'profile') return didYouMean(key, settings).trim()
  return settings.includes(key)
    ? 'It belongs into a table [profiles.NAME].'
    : didYouMean(key, ['default_profile', 'profiles']).trim()
}
