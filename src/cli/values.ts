import type { Option } from 'commander'
import { typedFlag } from '../settings/setting-key.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'

/** What can stand in one place of a command line: files, a list that is read when it is needed, or these words. */
export type Values =
  | 'files'
  | 'programs'
  | 'profiles'
  | 'services'
  | 'setting names'
  | 'setting values'
  | readonly string[]

/** Options whose values are known, and aren't fixed list that the parser checks. */
const OF_OPTIONS: Readonly<Record<string, Values>> = {
  '--profile': 'profiles',
  '--service': 'services',
  '--store-key-file': 'files',
  '--prompt': ['login', 'consent', 'select_account', 'none'],
}

/** What a shell offers as the value of an option; undefined: unknown. */
export function valuesOf(option: Option): Values | undefined {
  if (option.argChoices !== undefined) return option.argChoices
  const known = OF_OPTIONS[option.long ?? '']
  if (known !== undefined) return known
  if (/<file>/.test(option.flags)) return 'files'
  const setting = SETTING_TABLE.find(({ flag }) => flag !== undefined && typedFlag(flag) === option.long)
  return setting && settingValues(setting.key)
}

/** The words that a setting can be; undefined: any text. */
export function settingValues(key: string): readonly string[] | undefined {
  const shape = SETTING_TABLE.find((row) => row.key === key)?.shape
  if (shape === 'boolean') return ['true', 'false']
  return typeof shape === 'object' ? shape : undefined
}
