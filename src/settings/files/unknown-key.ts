import { didYouMean } from '../../text/near-name.ts'
import { SETTING_TABLE } from '../setting-table.ts'

/** A key of a settings file that this version does not know. */
export interface UnknownKey {
  readonly key: string
  /** Its file: of the user, of the system, or an imported one. */
  readonly file: string
  /** In the table of a profile, or at the top of the file. */
  readonly where: 'profile' | 'file'
}

/** What to do about an unknown key; may be empty. */
export function adviceOnKey({ key, where }: UnknownKey): string {
  const settings = SETTING_TABLE.map((row) => row.key)
  if (where === 'profile') return didYouMean(key, settings).trim()
  return settings.includes(key)
    ? 'It belongs in a table [profiles.NAME].'
    : didYouMean(key, ['default_profile', 'profiles']).trim()
}
