import { Failure } from '../../errors.ts'
import { readSettings } from '../../settings/files/settings-files.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { commandLine } from '../command-line.ts'
import type { Invocation } from '../invocation.ts'

/** What was typed in the place of a setting, and the words behind it. */
export interface UnknownKey {
  readonly unknown: string
  readonly words: readonly string[]
}

/** Failure `usage`, with what was probably meant. Reads the settings for names of profiles. */
export async function notASetting(invocation: Invocation, { unknown, words }: UnknownKey): Promise<Failure> {
  const { env, files } = invocation.ports
  // Settings that cannot be read name no profile; what was typed is wrong all the same.
  const names = await readSettings(env, await files()).then(profileNames, (): string[] => [])
  return names.includes(unknown) ? ofProfile(invocation, unknown, words) : unknownKey(unknown)
}

/** `profile set work api URL`. */
function ofProfile(invocation: Invocation, profile: string, words: readonly string[]): Failure {
  const [key = ''] = words
  // A secret is not repeated.
  const isSetting = key !== 'client_secret' && isKnown(key.replace(/\..*/, ''))
  return new Failure('usage', `"${safeText(profile, 60)}" is a profile, and not a setting`, {
    hint: `Did you mean: ${commandLine({ ...invocation, args: isSetting ? words : ['KEY', 'VALUE'] }, { profile })}`,
  })
}

const isKnown = (name: string): boolean => SETTING_TABLE.some((row) => row.key === name)

function unknownKey(key: string): Failure {
  const [, name = '', value = ''] = /^([a-z_.]+)=(.*)$/.exec(key) ?? []
  if (isKnown(name.replace(/\..*/, ''))) {
    // A secret is not repeated.
    const word = name === 'client_secret' ? 'VALUE' : shellWord(value)
    return new Failure('usage', `the value of ${name} stands behind a space, not =`, {
      hint: `Did you mean: ls-auth profile set ${name} ${word}`,
    })
  }
  const known = SETTING_TABLE.map((row) => row.key).filter((one) => one !== 'client_secret')
  const listed = SETTING_TABLE.filter((row) => known.includes(row.key)).map((row) =>
    row.shape === 'table' ? `${row.key}.NAME` : row.key,
  )
  return new Failure('usage', `"${safeText(key, 60)}" is not a setting`, {
    hint: `${didYouMean(key, known)}Settings: ${listed.join(', ')}`,
  })
}
