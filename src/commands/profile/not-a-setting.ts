import { Failure } from '../../errors.ts'
import { readSettings } from '../../settings/files/settings-files.ts'
import { chooseProfile } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { notOneValue, valuesInTable } from '../../settings/tables/values-in-tables.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { withoutSecret } from '../../text/without-secret.ts'
import { commandLine } from '../command-line.ts'
import { flagsOf, type Invocation } from '../invocation.ts'

/** What was typed in the place of a setting, and the words behind it. */
export interface UnknownKey {
  readonly unknown: string
  readonly words: readonly string[]
}

/** Failure `usage`, with what was probably meant. Reads the settings for names of profiles. */
export async function notASetting(invocation: Invocation, { unknown, words }: UnknownKey): Promise<Failure> {
  const { env, files } = invocation.ports
  if (unknown === 'client_secret') return aSecret(invocation)
  // Settings that cannot be read name no profile; what was typed is wrong all the same.
  const names = await readSettings(env, await files()).then(profileNames, (): string[] => [])
  return names.includes(unknown) ? ofProfile(invocation, unknown, words) : unknownKey(unknown)
}

/** `profile set client_secret VALUE`: where a secret belongs, by the provider of the profile. */
async function aSecret(invocation: Invocation): Promise<Failure> {
  const { env, files } = invocation.ports
  const profile = await readSettings(env, await files())
    .then((settings) => chooseProfile(settings, flagsOf(invocation), env))
    .catch(() => undefined)
  const { publicSecret, name } = profile?.client.preset ?? {}
  const inFile = ` That of a Desktop client of ${name} may be written into config.toml: client_secret = "…"`
  return new Failure('usage', 'a secret does not belong on the command line', {
    hint: `It is typed at ls-auth login, or read from the file that LS_AUTH_CLIENT_SECRET_FILE names.${publicSecret ? inFile : ''}`,
  })
}

/** `profile set work api URL`. */
function ofProfile(invocation: Invocation, profile: string, words: readonly string[]): Failure {
  const [key = '', ...values] = words
  const args =
    isSetting(key) && key !== 'client_secret' ? [key, ...values.map(withoutSecrets)] : ['KEY', 'VALUE']
  return new Failure('usage', `"${safeText(profile, 60)}" is a profile, and not a setting`, {
    hint: `Did you mean: ${commandLine({ ...invocation, args }, { profile })}`,
  })
}

/** Whether a setting is named like this: a value in a table has a dot, and no other one has. */
const isSetting = (key: string): boolean =>
  SETTING_TABLE.some((row) => (row.shape === 'table' ? key.startsWith(`${row.key}.`) : row.key === key))

/** A word of the command line that a hint may repeat: an address may hold a password, or the secret of a local proxy. */
const withoutSecrets = (word: string): string => (holdsSecret(word) ? 'VALUE' : word)

const holdsSecret = (word: string): boolean => /:.*[@?#]/s.test(word) || withoutSecret(word) !== word

function unknownKey(typed: string): Failure {
  const [key = '', ...rest] = typed.split('=')
  if (rest.length > 0 && isSetting(key)) {
    const word = key === 'client_secret' ? 'VALUE' : shellWord(withoutSecrets(rest.join('=')))
    return new Failure('usage', `the value of ${safeText(key, 60)} stands behind a space, not =`, {
      hint: `Did you mean: ls-auth profile set ${shellWord(key)} ${word}`,
    })
  }
  const values = valuesInTable(key)
  if (values.length > 0) return notOneValue(key, values)
  const known = SETTING_TABLE.map((row) => row.key).filter((one) => one !== 'client_secret')
  const listed = SETTING_TABLE.filter((row) => known.includes(row.key)).map((row) =>
    row.shape === 'table' ? `${row.key}.NAME` : row.key,
  )
  const what = holdsSecret(key) ? 'an address' : `"${safeText(key, 60)}"`
  return new Failure('usage', `${what} is not a setting`, {
    hint: `${didYouMean(key, known)}Settings: ${listed.join(', ')}`,
  })
}
