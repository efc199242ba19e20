import { type BackendId, backendOf } from '../backends/table.ts'
import type { AccessTable } from '../claims/access-level.ts'
import type { Client, PartialClient } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Env, Files } from '../ports.ts'
import { presetFor } from '../providers/detect.ts'
import { safeText } from '../safe-text.ts'
import { clientFrom } from './client-settings.ts'
import { type ConfigFile, readConfig } from './config-file.ts'
import { readAccess } from './expectations.ts'
import { type Places, placesFor } from './places.ts'
import { type Flags, type Resolved, resolve } from './resolve.ts'
import { SETTING_TABLE, type SettingName } from './setting-table.ts'
import { tunePreset } from './tuned-preset.ts'
import { checkBaseUrl } from './urls.ts'

/** What a command works with: every setting decided, with where each one came from. */
export interface Profile {
  readonly name: string
  /** False when it lives only in flags and environment. */
  readonly saved: boolean
  /** Who signs in where, as far as the settings name it; {@link requireClient} asks for the whole of it. */
  readonly client: PartialClient
  readonly backend: BackendId
  readonly api: URL
  readonly organization: string | undefined
  readonly project: string | undefined
  readonly tenant: string | undefined
  readonly authorization: string
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
  // Twice: the issuer tells whose preset it is, and that is the layer below all others.
  const withoutPreset = resolve(flags, env, layers)
  const row = presetFor(withoutPreset.text('issuer') ?? '', withoutPreset.text('provider'))
  const values = resolve(flags, env, layers, row)
  const backend = values.text('backend') as BackendId
  const { defaultApi } = backendOf(backend)
  const authorization = (values.text('authorization') as string).trim()
  const api = checkBaseUrl(values.text('api') ?? defaultApi, authorization)
  return {
    name,
    saved,
    client: clientFrom(values, {
      profile: name,
      preset: tunePreset(row, values),
      apiOrigin: api.origin,
      stateDirectory: settings.places.stateDirectory,
      timeoutMilliseconds: flags.timeoutMilliseconds,
      env,
    }),
    backend,
    api,
    organization: values.text('organization'),
    project: values.text('project'),
    tenant: values.text('tenant'),
    authorization,
    access: readAccess(values.table('access'), values.source('access')),
    // Most commands show none of it.
    get resolved() {
      return values.all(defaultApi)
    },
    unknownKeys: unknownKeys(layers.profile, layers.system),
  }
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

function unknownKeys(...tables: (Readonly<Record<string, unknown>> | undefined)[]): string[] {
  const known = new Set(SETTING_TABLE.map(({ key }) => key))
  return [...new Set(tables.flatMap((table) => Object.keys(table ?? {})))].filter((key) => !known.has(key))
}

/** A profile as its file has it, without flags. Failure: `settings`, there is none, or a value of it is wrong. */
export const profileNamed = (settings: Settings, name: string, env: Env): Profile =>
  chooseProfile(settings, { values: {}, profile: name }, env)

/**
 * The client of a sign-in that no profile names any more, by the header of its session: enough to sign it out. Its
 * habits are those of the issuer's preset.
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

export const isComplete = (client: PartialClient): client is Client =>
  client.issuer !== undefined && client.clientId !== undefined

/** The client of a profile that must be able to sign in. Failures: `not-signed-in`, `settings`: what is missing. */
export function requireClient({ client, name, saved }: Pick<Profile, 'client' | 'name' | 'saved'>): Client {
  if (isComplete(client)) return client
  const { issuer, clientId, preset } = client
  if (issuer === undefined && clientId === undefined && !saved) {
    throw new Failure('not-signed-in', 'you are not signed in: there is no profile yet', {
      hint: 'Run: ls-auth login --issuer URL --client-id ID',
    })
  }
  if (preset.signsIn === 'workload') {
    throw new Failure('settings', `there is no token: nobody signs in at ${preset.name}`, {
      hint: 'A program passes its token in LS_AUTH_TOKEN.',
    })
  }
  throw new Failure(
    'settings',
    `profile ${safeText(name, 60)} has no ${issuer === undefined ? 'issuer' : 'client_id'}`,
    {
      hint: 'Make a profile: ls-auth login --issuer URL --client-id ID',
    },
  )
}
