import { type BackendId, backendOf } from '../backends/table.ts'
import type { AccessTable } from '../claims/access-level.ts'
import type { Client, PartialClient } from '../client.ts'
import { Failure } from '../errors.ts'
import { isLoopback } from '../loopback-host.ts'
import { didYouMean } from '../near-name.ts'
import type { Env, Files } from '../ports.ts'
import { presetFor } from '../providers/detect.ts'
import type { Preset } from '../providers/preset.ts'
import { safeText } from '../safe-text.ts'
import { clientFrom } from './client-settings.ts'
import { type ConfigFile, readConfig } from './config-file.ts'
import { readAccess } from './expectations.ts'
import { type Places, placesFor } from './places.ts'
import { type Flags, type Layers, type Resolved, resolve, type Values } from './resolve.ts'
import { SETTING_TABLE, type SettingName } from './setting-table.ts'
import { tunePreset } from './tuned-preset.ts'
import { checkBaseUrl } from './urls.ts'

/** The profile of a run with all settings resolved, and the source of each. */
export interface Profile {
  readonly name: string
  /** False when it comes from flags and environment only. */
  readonly saved: boolean
  /** May lack issuer or client id; see {@link requireClient}. */
  readonly client: PartialClient
  readonly backend: BackendId
  readonly api: URL
  readonly organization: string | undefined
  readonly project: string | undefined
  readonly tenant: string | undefined
  readonly authorization: string
  readonly access: AccessTable | undefined
  /** Value and source of every setting, for `profile show`. */
  readonly resolved: Readonly<Record<SettingName, Resolved>>
  /** Keys in the profile's own table that this version does not know. */
  readonly unknownKeys: readonly string[]
  readonly settingsFile: {
    readonly path: string
    /** The files that hold this profile: of the user, of the system, or both. */
    readonly holders: readonly string[]
    /** Whether it or the system-wide file exists. */
    readonly exists: boolean
    /** Top-level keys that this version does not know. */
    readonly unknownKeys: readonly string[]
  }
}

/** The settings files and where they are. */
export interface Settings {
  readonly places: Places
  readonly config: ConfigFile
  readonly system: ConfigFile
}

/** Reads the user's and the system-wide settings file. Failure `settings`. */
export async function readSettings(env: Env, files: Files): Promise<Settings> {
  const places = placesFor(env)
  const config = await readConfig(places.configFile, files)
  const system = await readConfig(env.systemConfigFile, files)
  return { places, config, system }
}

/** Resolves the profile from flags, environment and files. No request. Failures: `settings`, `refused`, `usage`. */
export function chooseProfile(settings: Settings, flags: Flags, env: Env): Profile {
  const { name, saved } = chooseName(settings, flags, env)
  const layers = layersOf(settings, name)
  // Resolved twice: the issuer selects the preset, which is then the lowest layer of the second pass.
  const withoutPreset = resolve(flags, env, layers)
  const known = presetFor(withoutPreset.text('issuer') ?? '', withoutPreset.text('provider'))
  const row = withoutPreset.table('workload') === undefined ? known : forPrograms(known)
  const values = resolve(flags, env, layers, row)
  const backend = values.text('backend') as BackendId
  const { defaultApi } = backendOf(backend)
  const authorization = authorizationOf(values, env)
  const api = checkBaseUrl(values.text('api') ?? defaultApi, authorization)
  const client = clientFrom(values, {
    profile: name,
    preset: tunePreset(row, values),
    apiOrigin: api.origin,
    stateDirectory: settings.places.stateDirectory,
    timeoutMilliseconds: flags.timeoutMilliseconds,
    env,
  })
  return {
    name,
    saved,
    client,
    backend,
    api,
    organization: values.text('organization'),
    project: values.text('project'),
    tenant: values.text('tenant'),
    authorization,
    access: readAccess(values.table('access'), values.source('access')),
    // Lazy: most commands do not need it.
    get resolved() {
      return values.all()
    },
    unknownKeys: unknownKeys(layers.profile, layers.system),
    settingsFile: settingsFileOf(settings, name),
  }
}

/** The preset's scopes are for a person's sign-in: a program asks for those of its profile, if any. */
const forPrograms = (preset: Preset): Preset => ({
  ...preset,
  scopes: [],
  signsIn: preset.signsIn === 'nobody' ? 'nobody' : 'workload',
})

/**
 * How the API takes the token. Not at all, where it is the proxy that this process was started with. A loopback API that is named without an issuer or a token is asked without one: a Jaeger
 * or Tempo on the person's own machine.
 */
function authorizationOf(values: Values, env: Env): string {
  const chosen = (values.text('authorization') as string).trim()
  const api = values.text('api')
  if (env.variables.LS_AUTH_PROXY === '1' && values.source('api') === 'LS_AUTH_API' && isProxyAddress(api))
    return 'none'
  const identity = values.text('issuer') ?? env.variables.LS_AUTH_TOKEN
  if (values.source('authorization') !== 'default' || identity !== undefined) return chosen
  return api !== undefined && URL.canParse(api) && isLoopback(new URL(api)) ? 'none' : chosen
}

/** What `ls-auth proxy` prints: loopback, with its secret. Anything else is an API like any other. */
const isProxyAddress = (api: string | undefined): boolean =>
  /^http:\/\/127\.0\.0\.1:\d{1,5}\/[\w-]{43}\/?$/.test(api ?? '')

const settingsFileOf = ({ config, system }: Settings, name: string): Profile['settingsFile'] => ({
  path: config.path,
  holders: [config, system].filter(({ profiles }) => Object.hasOwn(profiles, name)).map(({ path }) => path),
  exists: config.exists || system.exists,
  unknownKeys: config.unknownKeys,
})

const layersOf = ({ config, system }: Settings, name: string): Layers => ({
  profile: config.profiles[name],
  profileFile: config.path,
  system: system.profiles[name],
  systemFile: system.path,
})

/** By flag, environment, `default_profile`, or because it is the only one; without any: `default`, not saved. */
export function chooseName(
  settings: Settings,
  flags: Omit<Flags, 'values'>,
  env: Env,
): { name: string; saved: boolean } {
  const known = profileNames(settings)
  const asked = flags.profile ?? (env.variables.LS_AUTH_PROFILE || undefined)
  if (asked !== undefined) {
    if (known.includes(asked) || flags.newProfile) return { name: asked, saved: known.includes(asked) }
    throw new Failure('settings', `there is no profile "${safeText(asked, 60)}"`, {
      hint: `${didYouMean(asked, known)}${listHint(known)}`,
    })
  }
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  if (preferred !== undefined && known.includes(preferred)) return { name: preferred, saved: true }
  if (preferred !== undefined) {
    throw new Failure(
      'settings',
      `default_profile names "${safeText(preferred, 60)}", which does not exist`,
      {
        hint: listHint(known),
      },
    )
  }
  const [only, ...others] = known
  if (only !== undefined && others.length === 0) return { name: only, saved: true }
  if (only === undefined) return { name: 'default', saved: false }
  if (flags.anyProfile) return { name: '', saved: false }
  throw new Failure('settings', 'there are several profiles and none is the default', {
    hint: listHint(known),
  })
}

/**
 * The profile that `default_profile` must name when one is added: until now it was chosen because it was the only one.
 * Undefined: a default is named already, or there is none to keep.
 */
export function defaultToKeep(settings: Settings, added: string): string | undefined {
  if ((settings.config.defaultProfile ?? settings.system.defaultProfile) !== undefined) return undefined
  const [only, ...others] = profileNames(settings)
  return others.length > 0 || only === added ? undefined : only
}

/** The profile that commands use without `--profile`; undefined: there is none, or several and no default. */
export function defaultName(settings: Settings): string | undefined {
  const [only, ...others] = profileNames(settings)
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  return preferred ?? (others.length === 0 ? only : undefined)
}

/** The names of all profiles, in the user's file first. */
export const profileNames = ({ config, system }: Settings): string[] => [
  ...new Set([...Object.keys(config.profiles), ...Object.keys(system.profiles)]),
]

const FIRST_LOGIN = 'Make one: ls-auth login --issuer URL --client-id ID'

/** A hint that names the profiles, or says how to make the first one. */
export const listHint = (known: readonly string[]): string =>
  known.length === 0
    ? FIRST_LOGIN
    : `Profiles: ${known.map((name) => safeText(name, 60)).join(', ')}. Use --profile NAME or ls-auth profile use NAME.`

function unknownKeys(...tables: (Readonly<Record<string, unknown>> | undefined)[]): string[] {
  const known = new Set(SETTING_TABLE.map(({ key }) => key))
  return [...new Set(tables.flatMap((table) => Object.keys(table ?? {})))].filter((key) => !known.has(key))
}

/** A profile without the flags of this run. Failure `settings`: no such profile, or a wrong value. */
export const profileNamed = (settings: Settings, name: string, env: Env): Profile =>
  chooseProfile(settings, { values: {}, profile: name }, env)

/**
 * The client of a session that no profile names any more, from the session's header and the issuer's preset: enough to
 * sign out.
 */
export function clientFromHeader(
  header: Pick<Client, 'issuer' | 'clientId' | 'account' | 'store'>,
  settings: Settings,
  env: Env,
): Client {
  const { issuer, clientId, account, store } = header
  const flags = { values: { issuer, clientId, account, store }, profile: issuer, newProfile: true }
  return requireClient(chooseProfile(settings, flags, env))
}

/** Whether requests to the API carry a token; without one (`authorization = "none"`) nobody needs to sign in. */
export const sendsToken = ({ authorization }: Pick<Profile, 'authorization'>): boolean =>
  authorization.toLowerCase() !== 'none'

/** Whether a client has issuer and client id. */
export const isComplete = (client: PartialClient): client is Client =>
  client.issuer !== undefined && client.clientId !== undefined

/**
 * The client of a profile that must have issuer and client id; a workload that uses its proof as it is, is no client of
 * the issuer. Failures: `not-signed-in`, `settings`.
 */
export function requireClient(profile: Pick<Profile, 'client' | 'name' | 'saved' | 'resolved'>): Client {
  const { client, name, saved } = profile
  if (isComplete(client)) return client
  const { issuer, clientId, preset, workload } = client
  if (workload) {
    if (issuer !== undefined && workload.grant === 'as-is') return { ...client, issuer, clientId: '' }
    const missing = issuer === undefined ? 'issuer' : 'client_id'
    throw new Failure('settings', `profile ${safeText(name, 60)} has no ${missing}`, {
      hint: `Set it: ls-auth profile set ${missing} ${issuer === undefined ? 'URL' : 'ID'} --profile ${safeText(name, 60)}`,
    })
  }
  if (issuer === undefined && clientId === undefined && !saved) {
    throw new Failure('not-signed-in', 'you are not signed in: there is no profile yet', {
      hint: FIRST_LOGIN,
    })
  }
  if (preset.signsIn === 'workload') {
    throw new Failure('settings', `there is no token: nobody signs in at ${preset.name}`, {
      hint: 'A program passes its token in LS_AUTH_TOKEN.',
    })
  }
  if (issuer === undefined && String(profile.resolved.authorization.value).toLowerCase() === 'none') {
    throw new Failure(
      'settings',
      `nobody signs in to profile ${safeText(name, 60)}: its API takes no token`,
      {
        hint: 'Read traces right away: ls-auth services',
      },
    )
  }
  throw new Failure(
    'settings',
    `profile ${safeText(name, 60)} has no ${issuer === undefined ? 'issuer' : 'client_id'}`,
    {
      hint: `Complete it: ls-auth login${issuer === undefined ? ' --issuer URL' : ''}${clientId === undefined ? ' --client-id ID' : ''}`,
    },
  )
}
