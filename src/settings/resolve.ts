import { refuseEmpty } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import type { Env } from '../ports/ports.ts'
import type { Preset } from '../providers/preset.ts'
import { safeText } from '../text/safe-text.ts'
import { holdsToken } from '../text/token-in-text.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { requireWhole, typedPath } from './files/places.ts'
import { type SettingKey, typeAgain, typedFlag } from './setting-key.ts'
import { choosesPlace, SETTING_TABLE, type SettingName } from './setting-table.ts'
import { wrongTokenHeader } from './token-header.ts'
import { withoutUser } from './urls.ts'
import { judgedAt, judgedIn } from './value-place.ts'

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
  /** Settings that `profile set` is about to write, by key. They go before all others, as they are what is judged. */
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
  return key.shape === 'path' ? typedPath(valid as string, env) : valid
}

/** What a pipeline does not have comes as an empty value: the profile's own would be another place. */
export const emptyVariable = (variable: string): Failure =>
  new Failure('usage', `${variable} is set, but empty`, { hint: 'Give it a value, or unset it.' })

/** The words of {@link SettingKey.addFlag} behind those that are there. */
function withAdded(key: SettingKey, before: Resolved, flags: Flags): Resolved {
  const typed = key.addFlag === undefined ? undefined : flags.values[key.addFlag]
  if (key.addFlag === undefined || typed === undefined) return before
  const source = typedFlag(key.addFlag)
  const words = [before.value ?? [], validSetting(key, typed, source)].flat()
  return { value: [...new Set(words)], source }
}

function presetLayer(preset: Preset): Partial<Record<SettingName, unknown>> {
  return {
    provider: preset.id,
    scopes: preset.scopes,
    audience_style: preset.audience,
    use_token: preset.useToken,
    device_flow: preset.device,
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

function hintAt(where: string, { key, shape }: SettingKey): string {
  if (where === key) return typeAgain(key)
  if (shape === 'header' && where.startsWith('--'))
    return 'Type it with the letters and signs of ASCII, or shorter.'
  return where.startsWith('--')
    ? 'Add --help to the command to see its flags.'
    : 'Correct it there, or leave it out.'
}

/**
 * Validates a value by the shape of its setting. Failure `settings` names `where` it stands: a flag, a variable, a file and
 * its key, or the bare key of a value that is typed.
 */
export function validSetting(key: SettingKey, value: unknown, where: string): unknown {
  const wrong = (wanted: string) =>
    new Failure('settings', `${where} must be ${wanted}`, {
      detail: typeof value === 'string' ? [`it is "${safeText(value, 80)}"`] : [],
      hint: hintAt(where, key),
    })
  const { shape } = key
  if (shape === 'table') {
    if (!isObject(value)) throw wrong('a table')
    return value
  }
  if (shape === 'words') {
    const list = typeof value === 'string' ? [value] : value
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
      throw wrong('a list of strings')
    return list.flatMap((item: string) => item.split(/\s+/)).filter(Boolean)
  }
  if (shape === 'ports') {
    if (value === 'any' || (Array.isArray(value) && value.includes('any'))) return 'any'
    const list: unknown[] = Array.isArray(value) ? value : [value]
    // `Number` would take "" for 0, which is any port, and true for 1.
    const isPort = (one: unknown) => /^\d+$/.test(String(one)) && Number(one) <= 65_535
    if (list.length === 0 || !list.every((one) => typeof one !== 'object' && isPort(one)))
      throw wrong('port numbers, or "any"')
    const ports = list.map(Number)
    return ports.includes(0) ? 'any' : ports
  }
  if (shape === 'boolean') {
    if (value !== true && value !== false && value !== 'true' && value !== 'false')
      throw wrong('true or false')
    return value === true || value === 'true'
  }
  if (typeof value !== 'string') throw wrong('a string')
  refuseEmpty('settings', where, value)
  // The value is not shown.
  if (shape === 'header' && holdsToken(value))
    throw new Failure('settings', `${where} holds a token, which everybody who reads the log would see`, {
      hint: 'Say why in words, such as a ticket.',
    })
  if (shape === 'header' && !/^[\x20-\x7e]{1,200}$/.test(value))
    throw wrong('printable ASCII, at most 200 characters')
  const wrongHeader = shape === 'header-name' ? wrongTokenHeader(value) : undefined
  if (wrongHeader !== undefined) throw wrong(wrongHeader)
  if (shape === 'redirect-path' && !isRedirectPath(value))
    throw wrong('a path, as /callback, without .. and spaces, ? and #')
  if (Array.isArray(shape) && !shape.includes(value)) throw unknownChoice('settings', where, value, shape)
  return value
}

/**
 * Whether a text behind `http://127.0.0.1:PORT` is the path and nothing else: `@other.example/` would be another host, to
 * which the browser would carry the code. What a URL writes in another way would not be what is registered.
 */
function isRedirectPath(text: string): boolean {
  const here = 'http://127.0.0.1:8765'
  if (!/^\/(?!\/)/.test(text) || !URL.canParse(here + text)) return false
  const url = new URL(here + text)
  return url.href === here + text && url.pathname === text
}
