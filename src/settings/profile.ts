import { type BackendId, backendOf } from '../backends/table.ts'
import type { AccessTable } from '../claims/access-level.ts'
import type { Expect } from '../claims/policy.ts'
import { Failure } from '../errors.ts'
import type { Env, Files, HttpSettings } from '../ports.ts'
import { presetFor } from '../providers/detect.ts'
import type { Preset } from '../providers/preset.ts'
import { safeText } from '../safe-text.ts'
import { type ConfigFile, readConfig } from './config-file.ts'
import { parseDuration } from './duration.ts'
import { readAccess, readExpect } from './expectations.ts'
import { expandHome, type Places, placesFor } from './places.ts'
import { type Flags, type Resolved, resolve } from './resolve.ts'
import { SETTING_TABLE, type SettingName } from './setting-table.ts'
import { tunePreset } from './tuned-preset.ts'
import { checkBaseUrl, checkIssuer } from './urls.ts'

/** What a command works with: every setting decided, with where each one came from. */
export interface Profile {
  readonly name: string
  /** False when it lives only in flags and environment. */
  readonly saved: boolean
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly preset: Preset
  readonly scopes: readonly string[]
  readonly audience: string | undefined
  readonly useToken: 'access' | 'id'
  readonly redirectHost: string
  readonly redirectPorts: readonly number[] | 'any'
  readonly redirectPath: string
  readonly backend: BackendId
  readonly api: URL
  readonly organization: string | undefined
  readonly project: string | undefined
  readonly tenant: string | undefined
  readonly authorization: string
  readonly account: string
  readonly store: 'keychain' | 'file'
  readonly storeKeyFile: string | undefined
  readonly clientAuth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** Public by design (the preset says so), else undefined: a real secret is never a setting. */
  readonly publicSecret: string | undefined
  /** A file with a confidential client's secret, read when signing in. */
  readonly clientSecretFile: string | undefined
  readonly clientSecretMaxAgeSeconds: number
  readonly http: HttpSettings
  readonly expect: Expect | undefined
  readonly access: AccessTable | undefined
  /** Every setting with its winner and source, for `profile show`. */
  readonly resolved: Readonly<Record<SettingName, Resolved>>
  readonly unknownKeys: readonly string[]
}

export interface Settings {
  readonly places: Places
  readonly config: ConfigFile
  readonly system: ConfigFile
}

export async function readSettings(env: Env, files: Files): Promise<Settings> {
  const places = placesFor(env)
  const config = await readConfig(places.configFile, files)
  const system = await readConfig(env.systemConfigFile, files)
  return { places, config, system }
}

/** The profile the flags, the environment and the files amount to. Makes no network request. */
export function chooseProfile(settings: Settings, flags: Flags, env: Env): Profile {
  const { name, saved } = chooseName(settings, flags, env)
  const layers = {
    profile: settings.config.profiles[name],
    profileFile: settings.config.path,
    system: settings.system.profiles[name],
    systemFile: settings.system.path,
  }
  const first = resolve(flags, env, layers)
  const issuer = first.text('issuer')
  const row = presetFor(issuer ?? '', first.text('provider'))
  const values = resolve(flags, env, layers, row)
  const preset = tunePreset(row, values)
  const backend = values.text('backend') as BackendId
  const { defaultApi } = backendOf(backend)
  const authorization = (values.text('authorization') as string).trim()
  const storeKeyFile = values.text('store_key_file')
  return {
    name,
    saved,
    issuer: issuer === undefined ? undefined : checkIssuer(issuer),
    clientId: values.text('client_id'),
    preset,
    scopes: values.words('scopes'),
    audience: values.text('audience'),
    useToken: values.text('use_token') as Profile['useToken'],
    redirectHost: values.text('redirect_host') as string,
    redirectPorts: values.ports('redirect_ports'),
    redirectPath: values.text('redirect_path') ?? '',
    backend,
    api: checkBaseUrl(values.text('api') ?? defaultApi, authorization),
    organization: values.text('organization'),
    project: values.text('project'),
    tenant: values.text('tenant'),
    authorization,
    account: values.text('account') as string,
    store: values.text('store') as Profile['store'],
    storeKeyFile: storeKeyFile === undefined ? undefined : expandHome(storeKeyFile, env),
    clientAuth: values.text('client_auth') as Profile['clientAuth'],
    clientSecretFile: env.variables.LS_AUTH_CLIENT_SECRET_FILE || undefined,
    publicSecret: publicSecret(values.text('client_secret'), preset),
    clientSecretMaxAgeSeconds: parseDuration(
      values.text('client_secret_max_age') as string,
      'client_secret_max_age',
    ),
    http: httpSettings(values.text, flags, env),
    expect: readExpect(values.table('expect'), values.source('expect')),
    access: readAccess(values.table('access'), values.source('access')),
    // Most commands show none of it.
    get resolved() {
      return values.all(defaultApi)
    },
    unknownKeys: unknownKeys(layers.profile, layers.system),
  }
}

/** A secret in a settings file is one that everybody may know (RFC 8252 §8.5: it ships with the program). */
function publicSecret(secret: string | undefined, preset: Preset): string | undefined {
  if (secret === undefined || preset.publicSecret) return secret
  throw new Failure(
    'settings',
    'client_secret in a profile is only for providers whose secret is public by design',
    {
      hint: 'Take it out of the file and give it by LS_AUTH_CLIENT_SECRET_FILE, or type it when ls-auth login asks.',
    },
  )
}

/** Flag, environment, `default_profile`, the only one; none at all is the profile `default` that is not saved. */
function chooseName(settings: Settings, flags: Flags, env: Env): { name: string; saved: boolean } {
  const known = [...Object.keys(settings.config.profiles), ...Object.keys(settings.system.profiles)]
  const asked = flags.profile ?? (env.variables.LS_AUTH_PROFILE || undefined)
  if (asked !== undefined) {
    if (known.includes(asked) || flags.newProfile) return { name: asked, saved: known.includes(asked) }
    throw new Failure('settings', `there is no profile "${safeText(asked, 60)}"`, { hint: listHint(known) })
  }
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  if (preferred !== undefined && known.includes(preferred)) return { name: preferred, saved: true }
  if (preferred !== undefined) {
    throw new Failure(
      'settings',
      `default_profile names "${safeText(preferred, 60)}", which does not exist`,
      {
        hint: `Choose one: ls-auth profile use NAME. ${listHint(known)}`,
      },
    )
  }
  const [only, ...others] = [...new Set(known)]
  if (only !== undefined && others.length === 0) return { name: only, saved: true }
  if (only === undefined) return { name: 'default', saved: false }
  if (flags.anyProfile) return { name: '', saved: false }
  throw new Failure('settings', 'there are several profiles and none is the default', {
    hint: listHint(known),
  })
}

const listHint = (known: readonly string[]): string =>
  known.length === 0
    ? 'Make one: ls-auth login --issuer URL --client-id ID'
    : `Profiles: ${[...new Set(known)].map((name) => safeText(name, 60)).join(', ')}. Use --profile NAME or ls-auth profile use NAME.`

function httpSettings(text: (key: SettingName) => string | undefined, flags: Flags, env: Env): HttpSettings {
  const path = (key: SettingName) => {
    const value = text(key)
    return value === undefined ? undefined : expandHome(value, env)
  }
  return {
    proxy: text('proxy'),
    caFile: path('ca_file'),
    clientCert: path('client_cert'),
    clientKey: path('client_key'),
    timeoutMilliseconds: flags.timeoutMilliseconds,
  }
}

function unknownKeys(...tables: (Readonly<Record<string, unknown>> | undefined)[]): string[] {
  const known = new Set(SETTING_TABLE.map(({ key }) => key))
  return [...new Set(tables.flatMap((table) => Object.keys(table ?? {})))].filter((key) => !known.has(key))
}

/** Issuer and client of a profile that must be able to sign in. */
export function requireClient(profile: Profile): { issuer: string; clientId: string } {
  const { issuer, clientId } = profile
  if (issuer !== undefined && clientId !== undefined) return { issuer, clientId }
  if (issuer === undefined && clientId === undefined && !profile.saved) {
    throw new Failure('not-signed-in', 'you are not signed in: there is no profile yet', {
      hint: 'Run: ls-auth login --issuer URL --client-id ID',
    })
  }
  if (profile.preset.signsIn === 'workload') {
    throw new Failure('settings', `there is no token: nobody signs in at ${profile.preset.name}`, {
      hint: 'A program passes its token in LS_AUTH_TOKEN.',
    })
  }
  throw new Failure(
    'settings',
    `profile ${safeText(profile.name, 60)} has no ${issuer === undefined ? 'issuer' : 'client_id'}`,
    {
      hint: 'Make a profile: ls-auth login --issuer URL --client-id ID',
    },
  )
}
