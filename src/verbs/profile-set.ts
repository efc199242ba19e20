import { changeSettings } from '../commands/change-settings.ts'
import { flagsOf, tell } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { repeatFlags } from '../commands/repeat-flags.ts'
import { Failure } from '../errors.ts'
import { OF_SETTINGS } from '../frame/exit-statuses.ts'
import { bool } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { isObject } from '../json-object.ts'
import type { Env } from '../ports/ports.ts'
import { typedPath } from '../settings/files/places.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { chooseProfile } from '../settings/profile.ts'
import { chooseName, FIRST_LOGIN } from '../settings/profile-name.ts'
import { isList } from '../settings/setting-key.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { policyValue } from '../settings/tables.ts'
import { requireProxyUrl } from '../settings/urls.ts'
import { validSetting } from '../settings/valid-setting.ts'
import { checkTyped, notOneValue, valuesInTable } from '../settings/values-in-tables.ts'
import { didYouMean } from '../text/near-name.ts'
import { safeText } from '../text/safe-text.ts'
import { withoutSecret } from '../text/secrets.ts'
import { shellWord } from '../text/shell-word.ts'

interface Change {
  /** `scopes`, or the path of a value in a table: `expect.groups`. */
  readonly path: readonly string[]
  /** The new value; undefined takes the setting back. */
  readonly value: unknown
}

/** These are part of what a sign-in is for, so they need a new one. */
const NEEDS_SIGN_IN = [
  ...['dpop', 'issuer', 'client_id', 'api', 'account', 'scopes', 'audience', 'authorization_parameters'],
  'store',
  'identity',
]

/** `ls-auth profile set KEY VALUE…`: changes one setting of a profile, or takes it back with `--unset`. */
export const profileSet = verb({
  args: '<key> [value...]',
  summary: 'change one setting of a profile',
  flags: { unset: bool('remove the setting, so that its default applies') },
  formats: [],
  completes: ['setting names', 'setting values'],
  exits: OF_SETTINGS,
  examples: [
    {
      does: 'request one more scope from the next sign-in',
      line: 'ls-auth profile set scopes openid profile email offline_access traces:read',
    },
    { does: 'only accept members of the group ops', line: 'ls-auth profile set expect.groups ops' },
    { does: 'back to the keychain', line: 'ls-auth profile set store --unset --profile staging' },
  ],
  async run(invocation, { unset }) {
    const { path, value: typed } = readChange(invocation.args, unset)
    const { env, files } = invocation.ports
    requireOutsideProxy('profile set', env)
    const value = fromHere({ path, value: typed }, env)
    if (path.length > 1 && value !== undefined) checkTyped(path, value, env)
    const settings = await readSettings(env, await files())
    const { name } = chooseName(settings, flagsOf(invocation), env)
    const decide = (now: Settings) => judged(now, name, { path, value }, env)
    // A fault is reported before anything is locked.
    const { client, gap } = decide(settings)
    const [key = ''] = path
    if (key === 'proxy' && client.http.proxy !== undefined) requireProxyUrl(client.http.proxy)
    await changeSettings(invocation, settings, (now) => decide(now).change)
    const now =
      value === undefined ? ' is no longer set' : ` = ${[value].flat().map(String).join(' ') || 'none'}`
    tell(invocation, `profile ${safeText(name, 60)}: ${path.join('.')}${safeText(now, 400)}`)
    if (gap) {
      tell(invocation, `Commands refuse this profile until it is complete: ${gap.message}`)
      tell(invocation, repeatFlags(gap.hint, invocation))
    } else if (NEEDS_SIGN_IN.includes(key) && client.issuer !== undefined && !client.workload)
      tell(invocation, `Then: ls-auth login --profile ${shellWord(name)}`)
    return undefined
  },
})

function readChange([key = '', ...values]: readonly string[], unset: boolean): Change {
  const path = key.split('.')
  const row = SETTING_TABLE.find((one) => one.key === path[0])
  const isTable = row?.shape === 'table'
  if (key === 'client_secret') {
    throw new Failure('usage', 'a secret on the command line is visible to others', {
      hint: 'Type it at ls-auth login, or set LS_AUTH_CLIENT_SECRET_FILE to a file with it.',
    })
  }
  // A whole table is only taken away.
  if (!row || (isTable ? path.length < 2 && !unset : path.length > 1)) throw notASetting(key)
  if (unset && values.length > 0) throw usage('--unset takes no value', key)
  if (unset) return { path, value: undefined }
  if (values.length === 0) throw usage(`missing value for ${key}`, key)
  if (isTable) return { path, value: policyValue(path, values) }
  const takesList = isList(row)
  if (!takesList && values.length > 1) throw usage(`${key} takes one value`, key)
  return { path, value: validSetting(row, takesList ? values : values[0], key) }
}

/** Failure `usage`, with what was probably meant. An address that was typed may hold a password: it is not repeated. */
function notASetting(typed: string): Failure {
  const [key = '', value] = typed.split('=')
  const known = SETTING_TABLE.filter((one) => one.key !== 'client_secret')
  if (value !== undefined && known.some((one) => one.key === key.split('.')[0]))
    return new Failure('usage', `the value of ${safeText(key, 60)} follows a space, not =`, {
      hint: `Did you mean: ls-auth profile set ${shellWord(key)} VALUE`,
    })
  const values = valuesInTable(key)
  if (values.length > 0) return notOneValue(key, values)
  const names = known.map((one) => one.key)
  const listed = known.map((one) => (one.shape === 'table' ? `${one.key}.NAME` : one.key))
  const holdsSecret = /:.*[@?#]/s.test(key) || withoutSecret(key) !== key
  return new Failure('usage', `${holdsSecret ? 'an address' : `"${safeText(key, 60)}"`} is not a setting`, {
    hint: `${didYouMean(key, names)}Settings: ${listed.join(', ')}. Another profile: --profile NAME`,
  })
}

const usage = (message: string, key: string): Failure =>
  new Failure('usage', message, {
    hint: `ls-auth profile set ${key} VALUE, or: ls-auth profile set ${key} --unset`,
  })

/** A path is typed from the working directory on; later commands run in other ones. */
function fromHere({ path, value }: Change, env: Env): unknown {
  const isPath = SETTING_TABLE.some(
    ({ key, shape }) => path.length === 1 && key === path[0] && shape === 'path',
  )
  return isPath && typeof value === 'string' ? typedPath(value, path.join('.'), env) : value
}

/**
 * The change, where the new value and the others of the profile fit together; `gap`: missing ones beside them. Failures:
 * `settings`, `usage`, `refused`.
 */
function judged(now: Settings, name: string, { path, value }: Change, env: Env) {
  if (!Object.hasOwn(now.config.profiles, name)) throw notOurs(now, name)
  const profile = now.config.profiles[name]
  const [key = ''] = path
  // In a table it may be a typing error, and the value that was meant would stay.
  if (value === undefined && path.length > 1 && !isSet(profile, path))
    throw new Failure(
      'usage',
      `${safeText(path.join('.'), 100)} is not set in your profile ${safeText(name, 60)}`,
      {
        hint: `See the settings: ls-auth profile show ${shellWord(name)}`,
      },
    )
  const values = { [key]: path.length === 1 ? value : changed(profile?.[key], path.slice(1), value) }
  const change = { set: name, values }
  // The file doesn't have a fault of the new value. Those of a table are judged with the others in it.
  const written = path.length === 1 && value !== undefined ? { [key]: value } : {}
  const named = (table: object) =>
    chooseProfile(
      { ...now, config: { ...now.config, profiles: { [name]: { ...table } } } },
      { values: {}, profile: name, written },
      env,
    )
  const next = { ...profile, ...values }
  try {
    return { client: named(next).client, change }
  } catch (gap) {
    // A table is made setting by setting, so it is incomplete for a while; the rest of the profile is judged without it.
    if (!(gap instanceof Failure) || gap.reason !== 'incomplete-workload') throw gap
    return { client: named({ ...next, workload: undefined, identity: undefined }).client, change, gap }
  }
}

/** A table with one value changed or taken away; undefined: it is empty then. */
function changed(table: unknown, [key = '', ...deeper]: readonly string[], value: unknown): unknown {
  const before = isObject(table) ? table : {}
  const next = deeper.length === 0 ? value : changed(before[key], deeper, value)
  const { [key]: _, ...others } = before
  const after = next === undefined ? others : { ...before, [key]: next }
  return Object.keys(after).length === 0 ? undefined : after
}

const isSet = (table: unknown, [key = '', ...deeper]: readonly string[]): boolean =>
  isObject(table) && Object.hasOwn(table, key) && (deeper.length === 0 || isSet(table[key], deeper))

function notOurs({ config, system }: Settings, name: string): Failure {
  if (Object.hasOwn(system.profiles, name)) {
    return new Failure('settings', `the profile ${safeText(name, 60)} comes from ${system.path}`, {
      hint: `An administrator changes it there. To override it in your own file: ls-auth profile add ${shellWord(name)}`,
    })
  }
  return new Failure('settings', `there is no profile in ${config.path}`, {
    hint: FIRST_LOGIN,
  })
}
