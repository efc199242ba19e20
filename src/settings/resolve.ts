import { backendAtHost } from '../backends/table.ts'
import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import type { Preset } from '../providers/preset.ts'
import { safeText } from '../text/safe-text.ts'
import { requireWhole, typedPath } from './files/places.ts'
import { systemFault } from './files/settings-files.ts'
import { type SettingKey, typedFlag } from './setting-key.ts'
import { API_SETTINGS, SETTING_TABLE, type SettingName } from './setting-table.ts'
import { withoutUser } from './urls.ts'
import { validSetting } from './valid-setting.ts'

const KEYS: ReadonlyMap<string, SettingKey> = new Map(SETTING_TABLE.map((row) => [row.key, row]))

/** Parsed flags; `values`: settings given as flags, by camelCase name. */
export interface Flags {
  readonly profile?: string
  /** `login` and `profile add` may name a profile that does not exist yet. */
  readonly newProfile?: boolean
  /** The command works without a profile: when none can be chosen, use the defaults. */
  readonly anyProfile?: boolean
  readonly timeoutMilliseconds?: number
  readonly values: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Settings that `profile set` is about to write, by key. They are to be judged, so they go before all others. */
  readonly written?: Readonly<Record<string, unknown>>
}

/** A setting's value and its source. */
export interface Resolved {
  readonly value: unknown
  readonly source: string
  /** Where each key of a table is from, where both files have set some. */
  readonly sources?: Readonly<Record<string, string>>
}

/** The tables of the profile in both settings files. */
export interface Layers {
  readonly name: string
  readonly profile: Readonly<Record<string, unknown>> | undefined
  readonly profileFile: string
  readonly system: Readonly<Record<string, unknown>> | undefined
  readonly systemFile: string
}

/** The settings' values by name. Lazy: a value is validated when it is read (Failure `settings`). */
export interface Values {
  /** Where the value comes from. */
  source(name: SettingName): string
  /** Where one key of a table comes from. */
  sourceIn(name: SettingName, key: string): string
  text(name: SettingName): string | undefined
  words(name: SettingName): readonly string[]
  ports(name: SettingName): readonly number[] | 'any'
  /** False when it is not set. */
  isTrue(name: SettingName): boolean
  table(name: SettingName): Readonly<Record<string, unknown>> | undefined
  /** Runs a check of this value; its Failure says where the value is from. */
  judge<T>(name: SettingName, check: () => T): T
  /** All settings, for `profile show`. */
  all(): Record<SettingName, Resolved>
}

/**
 * Precedence: flag > environment > profile > system file > provider preset > default.
 * No file of the working directory is read: a cloned repository must not choose where tokens go.
 */
export function resolve(flags: Flags, env: Env, layers: Layers, preset?: Preset): Values {
  const presetValues = preset ? presetLayer(preset) : {}
  const find = (name: SettingName): Resolved => {
    const key = KEYS.get(name) as SettingKey
    const given = presetValues[name]
    const before =
      findSet(key, flags, env, layers) ??
      (name === 'backend' ? byHost(find('api').value) : undefined) ??
      (given !== undefined
        ? { value: given, source: `preset ${(preset as Preset).id}` }
        : { value: key.default, source: key.default === undefined ? 'not set' : 'default' })
    return withAdded(key, before, flags)
  }
  return {
    source: (name: SettingName) => find(name).source,
    sourceIn: (name, key) => {
      const { source, sources } = find(name)
      return sources?.[key] ?? source
    },
    text: (name: SettingName) => find(name).value as string | undefined,
    words: (name: SettingName) => (find(name).value ?? []) as readonly string[],
    ports: (name: SettingName) => (find(name).value ?? 'any') as readonly number[] | 'any',
    isTrue: (name: SettingName) => find(name).value === true,
    table: (name: SettingName) => find(name).value as Readonly<Record<string, unknown>> | undefined,
    judge: (name, check) => {
      const files = { user: layers.profileFile, system: layers.systemFile }
      return judgedAt({ profile: layers.name, key: name, source: find(name).source, files }, check)
    },
    all(): Record<SettingName, Resolved> {
      const names = SETTING_TABLE.map(({ key }) => key as SettingName)
      const all = Object.fromEntries(names.map((name) => [name, find(name)])) as Record<SettingName, Resolved>
      const proxy = env.variables.HTTPS_PROXY || env.variables.https_proxy
      // The HTTP port reads the variable itself; here user name and password are redacted for display.
      if (proxy) all.proxy = { value: withoutUser(proxy), source: 'HTTPS_PROXY' }
      return all
    },
  }
}

/** The back end that the host of the API gives away. */
function byHost(api: unknown): Resolved | undefined {
  const value =
    typeof api === 'string' && URL.canParse(api) ? backendAtHost(new URL(api).hostname) : undefined
  return value && { value, source: 'host of api' }
}

/** The value that the user or an administrator has set. Failure `settings`: it is not valid. */
function findSet(key: SettingKey, flags: Flags, env: Env, layers: Layers): Resolved | undefined {
  const written = flags.written?.[key.key]
  if (written !== undefined) return { value: validSetting(key, written, key.key), source: key.key }
  if (key.flag !== undefined && flags.values[key.flag] !== undefined) {
    const source = typedFlag(key.flag)
    return { value: typed(key, flags.values[key.flag], source, env), source }
  }
  const given = key.variable && env.variables[key.variable]
  if (given === '' && choosesPlace(key.key)) throw emptyVariable(key.variable as string)
  if (given) return { value: typed(key, given, key.variable as string, env), source: key.variable as string }
  const mine = inFile(key, layers.profile, layers.profileFile, layers.name, env)
  if (mine !== undefined && key.byKey !== true) return mine
  const ofSystem = inFile(key, layers.system, layers.systemFile, layers.name, env)
  return mine !== undefined && ofSystem !== undefined ? joined(mine, ofSystem) : (mine ?? ofSystem)
}

/** The value that the table of the profile in one of the files sets. Failure `settings`: it is not valid. */
function inFile(
  key: SettingKey,
  table: Layers['profile'],
  file: string,
  profile: string,
  env: Env,
): Resolved | undefined {
  const value = table?.[key.key]
  if (value === undefined) return undefined
  const where = `${file}: ${key.key}`
  return judgedIn(profile, () => {
    const valid = validSetting(key, value, where)
    if (key.shape === 'path') requireWhole(valid as string, where, env)
    return { value: valid, source: file }
  })
}

/** A table of both files: each key of the user's goes before the system's, and what the user's does not set stays. */
function joined(mine: Resolved, ofSystem: Resolved): Resolved {
  const [own, before] = [mine.value, ofSystem.value] as Readonly<Record<string, unknown>>[]
  const value: Readonly<Record<string, unknown>> = { ...before, ...own }
  const sources = Object.keys(value).map((key) => {
    const isOwn = own !== undefined && Object.hasOwn(own, key)
    return [key, isOwn ? mine.source : ofSystem.source]
  })
  return { value, source: `${mine.source} and ${ofSystem.source}`, sources: Object.fromEntries(sources) }
}

/** A value of this run. A path is one from the working directory on, also where it is saved. */
function typed(key: SettingKey, value: unknown, where: string, env: Env): unknown {
  const valid = validSetting(key, value, where)
  return key.shape === 'path' ? typedPath(valid as string, where, env) : valid
}

/** What a pipeline does not have comes as an empty value: the profile's own would be another place. */
export const emptyVariable = (variable: string): Failure =>
  new Failure('usage', `${variable} is set, but empty`, { hint: 'Give it a value, or unset it.' })

/** The words of {@link SettingKey.addFlag} behind the present ones. */
function withAdded(key: SettingKey, before: Resolved, flags: Flags): Resolved {
  const typed = key.addFlag === undefined ? undefined : flags.values[key.addFlag]
  if (key.addFlag === undefined || typed === undefined) return before
  const source = typedFlag(key.addFlag)
  const words = [before.value ?? [], validSetting(key, typed, source)].flat()
  return { value: [...new Set(words)], source }
}

/** A variable of one of these says where a request goes, or for whom: set and empty it is a mistake, and not "not set". */
const choosesPlace = (key: string): boolean =>
  key === 'issuer' || key === 'client_id' || (key !== 'reason' && API_SETTINGS.some((one) => one === key))

/** What a provider's preset sets, by the names of the settings. */
function presetLayer(preset: Preset): Partial<Record<SettingName, unknown>> {
  return {
    provider: preset.id,
    scopes: preset.scopes,
    audience_style: preset.audience,
    use_token: preset.useToken,
    device_flow: preset.device,
    pushed_requests: preset.pushedRequests,
    dead_refresh_codes: preset.deadRefreshCodes,
    revoke: preset.revoke,
    endpoint_hosts: preset.endpointHosts,
    leeway: `${preset.leewaySeconds}s`,
    redirect_host: preset.redirectHost,
    redirect_ports: preset.redirectPorts,
    redirect_path: preset.redirectPath,
    client_auth: preset.clientAuth,
  }
}

/** Where a value is from. */
interface ValuePlace {
  readonly profile: string
  readonly key: string
  /** A flag, a variable or a file. */
  readonly source: string
  /** The settings files that it may be from. */
  readonly files: { readonly user: string; readonly system: string }
}

/** Judges a value; a Failure says where it is from: whoever meets it may have several profiles, and has not written it perhaps. */
function judgedAt<T>(place: ValuePlace, check: () => T): T {
  const { profile, key, source, files } = place
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const where = `${key} of the profile ${safeText(profile, 60)}, in ${safeText(source, 200)}`
    if (source === files.system) throw systemFault(error, where)
    if (source === files.user) throw error.withDetail(where)
    throw /^LS_AUTH_/.test(source) ? error.withDetail(`it is from ${source}`) : error
  }
}

/** The same where the message names the file already. */
export function judgedIn<T>(profile: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof Failure ? error.withDetail(`in the profile ${safeText(profile, 60)}`) : error
  }
}
