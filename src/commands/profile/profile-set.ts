import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import { findSignIns } from '../../session/store/sign-ins.ts'
import { typedPath } from '../../settings/files/places.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile } from '../../settings/profile.ts'
import { chooseName, FIRST_LOGIN } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'
import { isList, type SettingKey, typeAgain } from '../../settings/setting-key.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { policyValue } from '../../settings/tables/expectations.ts'
import { checkTyped, notOneValue, valuesInTable } from '../../settings/tables/values-in-tables.ts'
import { requireProxyUrl } from '../../settings/urls.ts'
import { validSetting } from '../../settings/valid-setting.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { withoutSecret } from '../../text/without-secret.ts'
import { changeSettings } from '../change-settings.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { flagsOf, type Invocation, tell } from '../invocation.ts'
import { requireOutsideProxy } from '../outside-proxy.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { leftSignIn } from '../sign-out/left-sign-in.ts'
import { clientOf } from '../sign-out/sign-in-sharers.ts'

/** Settings of the HTTP client that name a file; the key file of the store is made where there is none. */
const FILES: Readonly<Record<string, keyof HttpSettings>> = {
  ca_file: 'caFile',
  client_cert: 'clientCert',
  client_key: 'clientKey',
}

const NONE: HttpSettings = {
  proxy: undefined,
  caFile: undefined,
  clientCert: undefined,
  clientKey: undefined,
  timeoutMilliseconds: undefined,
}

/** Failure where words for a list say nothing, or one of them makes the others void: `redirect_ports 80 any`. */
function requireWords({ key, shape }: SettingKey, words: readonly string[]): void {
  if (key === 'scopes' && words.join('').trim() === '') {
    throw new Failure('settings', 'scopes is empty', {
      hint: 'ls-auth profile set scopes VALUE, or: ls-auth profile set scopes --unset',
    })
  }
  // Port 0 is any.
  if (shape === 'ports' && words.length > 1 && words.some((word) => word === 'any' || Number(word) === 0)) {
    throw new Failure('settings', `${key} must be port numbers, or "any" alone`, { hint: typeAgain(key) })
  }
}

/**
 * Judges a new setting of the HTTP client, which no request could be sent with later. Of the settings of the profile, that
 * one alone: another may be wrong as well, and is to be mended next. Failure `settings`. Gives what is still missing: of a
 * certificate and its key one is set first.
 */
async function requireUsable(key: string, http: HttpSettings, ports: Ports): Promise<Failure | undefined> {
  if (key === 'proxy' && http.proxy !== undefined) requireProxyUrl(http.proxy)
  const file = FILES[key]
  if (file === undefined) return undefined
  try {
    // The client reads its files before any request.
    await ports.http({ ...NONE, [file]: http[file] })
    return undefined
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.reason !== 'half-client-certificate') throw failure
    return http.clientCert === undefined || http.clientKey === undefined ? failure : undefined
  }
}

interface SetOptions {
  /** `scopes`, or the path of a value in a table: `expect.groups`. */
  readonly path: readonly string[]
  /** The new value; undefined takes the setting back. */
  readonly value: unknown
}

/** `ls-auth profile set KEY VALUE…`: changes one setting of a profile, or takes it back with `--unset`. */
export const setInProfile: CliCommand<SetOptions> = { read, run }

/** These are part of what a sign-in is for, so they need a new one. */
const NEEDS_SIGN_IN = [
  ...['dpop', 'issuer', 'client_id', 'api', 'account', 'scopes', 'audience', 'authorization_parameters'],
  'store',
]

function read({ args, flags }: Typed): SetOptions {
  const [key = '', ...values] = args
  const path = key.split('.')
  const row = SETTING_TABLE.find((one) => one.key === path[0])
  const isTable = row?.shape === 'table'
  // A whole table is only taken away.
  const isWhole = isTable && path.length < 2 && flags.unset !== true
  if (key === 'client_secret') {
    throw new Failure('usage', 'a secret on the command line is visible to others', {
      hint: 'Type it at ls-auth login, or set LS_AUTH_CLIENT_SECRET_FILE to a file with it.',
    })
  }
  if (!row || isWhole || (!isTable && path.length > 1)) throw notASetting(key)
  if (flags.unset === true && values.length > 0)
    throw isTable && path.length < 2 ? unsetsAll(key) : usage('--unset takes no value', key)
  if (flags.unset === true) return { path, value: undefined }
  if (values.length === 0) throw usage(`missing value for ${key}`, key)
  if (isTable) return { path, value: policyValue(path, values) }
  const takesList = isList(row)
  if (!takesList && values.length > 1) throw usage(`${key} takes one value`, key)
  if (takesList) requireWords(row, values)
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

/** A table is given no value, but taken back with all that is in it. */
const unsetsAll = (table: string): Failure =>
  new Failure('usage', '--unset takes no value', {
    hint: `All values: ls-auth profile set ${table} --unset. One value: ls-auth profile set ${valuesInTable(table)[0]} --unset`,
  })

async function run(invocation: Invocation, options: SetOptions): Promise<void> {
  const { ports } = invocation
  requireOutsideProxy('profile set', ports.env)
  const { path } = options
  const value = fromHere(options, ports.env)
  if (path.length > 1 && value !== undefined) checkTyped(path, value, ports.env)
  const settings = await readSettings(ports.env, await ports.files())
  const { name } = chooseName(settings, flagsOf(invocation), ports.env)
  const decide = (now: Settings) => judged(now, name, { path, value }, ports.env)
  // What is wrong is said before anything is locked.
  const { client, gap } = decide(settings)
  const [key = ''] = path
  const half = value === undefined ? undefined : await requireUsable(key, client.http, ports)
  await changeSettings(invocation, settings, (now) => decide(now).change)
  const now =
    value === undefined ? ' is no longer set' : ` = ${[value].flat().map(String).join(' ') || 'none'}`
  tell(invocation, `profile ${safeText(name, 60)}: ${path.join('.')}${safeText(now, 400)}`)
  if (value !== undefined) tellReplaced(invocation, settings, name, path)
  const missing = gap ?? half
  if (missing) {
    tell(invocation, `Commands refuse this profile until it is complete: ${missing.message}`)
    tell(invocation, repeatFlags(missing.hint, invocation))
  }
  if ((client.workload || gap) && !settings.config.profiles[name]?.workload)
    await tellLeft(invocation, client)
  // Where nobody signs in, it counts at once: there is no issuer, or the profile is for a program.
  if (NEEDS_SIGN_IN.includes(key) && client.issuer !== undefined && !client.workload && !gap) {
    const before = clientOf(settings, name, ports.env)
    const means = await whenItCounts(key, before, client, ports)
    if (means !== undefined) tell(invocation, means)
  }
  if (key === 'store_key_file' && client.issuer !== undefined && !client.workload && !gap)
    tell(
      invocation,
      `It takes effect at once. A session with another key needs a new sign-in: ls-auth login --profile ${safeText(name, 60)}`,
    )
}

/** A path is typed from the working directory on; later commands run in other ones. */
function fromHere({ path, value }: SetOptions, env: Env): unknown {
  const isPath = SETTING_TABLE.some(
    ({ key, shape }) => path.length === 1 && key === path[0] && shape === 'path',
  )
  return isPath && typeof value === 'string' ? typedPath(value, path.join('.'), env) : value
}

/** Says that the sign-in of a profile which is for a program now is still there, where nobody else uses it. */
async function tellLeft(invocation: Invocation, client: PartialClient): Promise<void> {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  if (await leftSignIn(client, settings, ports))
    tell(
      invocation,
      `The previous sign-in stays. To sign out of it: ls-auth logout --profile ${shellWord(client.profile)}`,
    )
}

/**
 * The change, where the new value and the others of the profile fit together; `gap`: what is missing beside them. Failures:
 * `settings`, `usage`, `refused`.
 */
function judged(now: Settings, name: string, { path, value }: SetOptions, env: Env) {
  if (!Object.hasOwn(now.config.profiles, name)) throw notOurs(now, name)
  const profile = now.config.profiles[name]
  const [key = ''] = path
  if (value === undefined && path.length > 1 && !isSet(profile, path)) throw notSet(path, name, now)
  const values = { [key]: path.length === 1 ? value : changed(profile?.[key], path.slice(1), value) }
  const change = { set: name, values }
  // What is wrong with the new value is not in the file. Those of a table are judged with the others in it.
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
    return { client: named({ ...next, workload: undefined }).client, change, gap }
  }
}

/** A table with one value changed or taken away; undefined: nothing is left in it. */
function changed(table: unknown, [key = '', ...deeper]: readonly string[], value: unknown): unknown {
  const before = isObject(table) ? table : {}
  const next = deeper.length === 0 ? value : changed(before[key], deeper, value)
  const { [key]: _, ...others } = before
  const after = next === undefined ? others : { ...before, [key]: next }
  return Object.keys(after).length === 0 ? undefined : after
}

const isSet = (table: unknown, [key = '', ...deeper]: readonly string[]): boolean =>
  isObject(table) && Object.hasOwn(table, key) && (deeper.length === 0 || isSet(table[key], deeper))

/** In a table it may be a typing error, and the value that was meant would stay. */
function notSet(path: readonly string[], name: string, { system }: Settings): Failure {
  const [key, profile] = [safeText(path.join('.'), 100), safeText(name, 60)]
  if (joinsBoth(path) && isSet(system.profiles[name], path)) {
    return new Failure('usage', `${key} is not set in your profile ${profile}: it is from ${system.path}`, {
      hint: `Only an administrator can remove it there. Override it with your own value: ls-auth profile set ${key} VALUE --profile ${shellWord(name)}`,
    })
  }
  return new Failure('usage', `${key} is not set in the profile ${profile}`, {
    hint: `See the settings: ls-auth profile show ${shellWord(name)}`,
  })
}

const joinsBoth = ([table]: readonly string[]): boolean =>
  SETTING_TABLE.some(({ key, byKey }) => key === table && byKey === true)

/** Says that a table of the system's file no longer counts, with all that is in it: of most, the keys belong together. */
function tellReplaced(
  invocation: Invocation,
  { config, system }: Settings,
  name: string,
  path: readonly string[],
): void {
  const [table = ''] = path
  const isFirst = config.profiles[name]?.[table] === undefined
  if (path.length < 2 || joinsBoth(path) || !isFirst || !isObject(system.profiles[name]?.[table])) return
  tell(invocation, `note: your ${table} now replaces all of it in ${safeText(system.path, 300)}`)
}

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

/** These decide which sign-in a profile uses, and where its tokens may go. Commands heed them at once. */
const BINDING = ['issuer', 'client_id', 'account', 'api', 'dpop']

/**
 * What a changed setting that a sign-in is for means for the one that is there. `before`: undefined where it is not known whose
 * sign-in the profile had. Nothing is said of dpop where it stays what it was. Failures: `storage`, `refused`.
 */
async function whenItCounts(
  key: string,
  before: PartialClient | undefined,
  after: PartialClient,
  ports: Ports,
): Promise<string | undefined> {
  if (key === 'dpop' && before?.dpop === after.dpop) return undefined
  const login = `ls-auth login --profile ${shellWord(after.profile)}`
  const next = `It takes effect at the next sign-in: ${login}`
  if (!BINDING.includes(key)) return next
  const headers = await findSignIns(after.stateDirectory, ports)
  const nameOf = (client: PartialClient | undefined) => client && isComplete(client) && sessionName(client)
  const now = headers.find((header) => sessionName(header) === nameOf(after))
  const isSignedIn =
    now !== undefined ||
    headers.some(
      (header) => sessionName(header) === nameOf(before) || Object.hasOwn(header.apis, after.profile),
    )
  if (!isSignedIn) return next
  // Whether its tokens are bound to a key is sealed in the session.
  if (key === 'dpop') return `Commands refuse a sign-in with another dpop. To sign in: ${login}`
  return now !== undefined && Object.values(now.apis).includes(after.apiOrigin)
    ? 'It takes effect at once, with your current sign-in.'
    : `Commands stop until you sign in: ${login}`
}
