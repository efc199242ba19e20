import { type Backend, PLACE_NAMES, type Place, type PlaceName } from '../backends/backend.ts'
import { BACKEND_IDS, BACKENDS, type BackendId, backendOf } from '../backends/table.ts'
import type { ClaimSource } from '../claim-grammar.ts'
import type { AccessTable } from '../claims/access-level.ts'
import type { PartialClient } from '../client.ts'
import { Failure } from '../errors.ts'
import { isLoopback } from '../loopback-host.ts'
import type { HttpSettings } from '../ports/http.ts'
import type { Env } from '../ports/ports.ts'
import { presetFor } from '../providers/detect.ts'
import { FIXED_PORTS, type Preset, STANDARD } from '../providers/preset.ts'
import { parseDuration } from './duration.ts'
import type { ConfigFile } from './files/config-file.ts'
import { expandHome } from './files/places.ts'
import type { Settings } from './files/settings-files.ts'
import type { UnknownKey } from './files/unknown-key.ts'
import { isBehindProxy } from './local-proxy.ts'
import { chooseName } from './profile-name.ts'
import { type Flags, judgedIn, type Layers, type Resolved, resolve, type Values } from './resolve.ts'
import { SETTING_TABLE, type SettingName } from './setting-table.ts'
import { readAccess, readExpect, readIdentity, readWorkload } from './tables.ts'
import { checkBaseUrl, checkIssuer, checkProxy, checkUi, withScheme } from './urls.ts'
import { checkAuthorization, parameterRecord, readDpop } from './valid-setting.ts'

/** The profile of a run with all settings resolved, and the source of each. */
export interface Profile {
  readonly name: string
  /** False when it comes from flags and environment only. */
  readonly saved: boolean
  /** May lack issuer or client id; see {@link requireClient}. */
  readonly client: PartialClient
  /** Not to be used where it is not known: see `commands/request/require-api.ts: requireBackend`. */
  readonly backend: BackendId
  readonly isBackendKnown: boolean
  readonly api: URL
  /** That API is not the saved one, and gets no sign-in of the profile. */
  readonly isElsewhere: boolean
  readonly place: Place
  /** Where a browser shows its traces; undefined: what the API's address gives. */
  readonly ui: URL | undefined
  readonly authorization: string
  /** The API is the address of a local proxy that adds the token. */
  readonly throughProxy: boolean
  /** The header that carries the token. */
  readonly authorizationHeader: string
  readonly access: AccessTable | undefined
  /** Value and source of every setting; to be shown, see shown-settings.ts. */
  readonly resolved: Readonly<Record<SettingName, Resolved>>
  /** What this version does not know in the profile's tables and at the top of both files. */
  readonly unknownKeys: readonly UnknownKey[]
  readonly settingsFile: {
    readonly path: string
    /** The files that hold this profile: of the user, of the system, or both. */
    readonly holders: readonly string[]
    /** Whether it or the system-wide file exists. */
    readonly exists: boolean
  }
}

/** The back end of a profile without `backend`, where it has a setting that one back end alone needs. */
export const impliedBackend = (place: (name: PlaceName) => unknown): BackendId | undefined =>
  BACKENDS.find(({ needs }) => needs.some((name) => place(name) !== undefined))?.id as BackendId | undefined

/** Resolves the profile from flags, environment and files. No request. Failures: `settings`, `refused`, `usage`. */
export function chooseProfile(settings: Settings, flags: Flags, env: Env): Profile {
  const { name, saved } = chooseName(settings, flags, env)
  const layers = layersOf(settings, name)
  // Resolved twice: the issuer selects the preset, which is then the lowest layer of the second pass.
  const withoutPreset = resolve(flags, env, layers)
  const issuer = withoutPreset.text('issuer')
  const known = withoutPreset.judge('provider', () => presetFor(issuer ?? '', withoutPreset.text('provider')))
  const isPublic = (withoutPreset.text('client_auth') ?? known.clientAuth) === 'none'
  const ofClient = isPublic ? known : forConfidentialClients(known)
  const isOfPerson = ['workload', 'identity'].every(
    (one) => withoutPreset.table(one as SettingName) === undefined,
  )
  const row = isOfPerson ? ofClient : forPrograms(ofClient)
  const values = resolve(flags, env, layers, row)
  const named = (values.text('backend') ?? impliedBackend((one) => values.text(one))) as BackendId | undefined
  const backend = named ?? (BACKEND_IDS[0] as BackendId)
  const { defaultApi } = backendOf(backend)
  const throughProxy = isThroughProxy(values, env)
  const authorization = throughProxy ? 'none' : authorizationOf(values, env)
  const api = values.judge('api', () => checkBaseUrl(values.text('api') ?? defaultApi, authorization))
  // Before dpop is judged by it: a fault of the header's own is not one of dpop.
  const authorizationHeader = values.text('authorization_header') as string
  const ui = values.text('ui')
  const own = clientFrom(values, {
    profile: name,
    issuer: issuer === undefined ? undefined : values.judge('issuer', () => checkIssuer(issuer)),
    preset: tunePreset(row, values),
    apiOrigin: api.origin,
    place: placeIn(backendOf(backend), values),
    stateDirectory: settings.places.stateDirectory,
    timeoutMilliseconds: flags.timeoutMilliseconds,
    env,
  })
  const client = atCompany(own, values, (known) => tunePreset(known, resolve(flags, env, layers, known)))
  return {
    name,
    saved,
    // That proxy says why, and drops what others say.
    client: throughProxy ? { ...client, requireReason: false } : client,
    backend,
    isBackendKnown: named !== undefined,
    api,
    isElsewhere:
      !throughProxy &&
      isElsewhere(layers, api) &&
      (authorization.toLowerCase() === 'none' || isTokenGiven(env)),
    place: Object.fromEntries(PLACE_NAMES.map((name) => [name, values.text(name)])),
    ui: ui === undefined ? undefined : values.judge('ui', () => checkUi(ui)),
    authorization,
    throughProxy,
    authorizationHeader,
    access: judgedIn(name, () => readAccess(values.table('access'), values.source('access'))),
    // Lazy: most commands do not need it.
    get resolved() {
      return values.all()
    },
    unknownKeys: unknownKeys(settings, [name]),
    settingsFile: settingsFileOf(settings, name),
  }
}

/** The settings of its place that the back end has: `acme/prod`, or a tenant. */
function placeIn({ needs, takes }: Backend, values: Values): string | undefined {
  const names = [...needs, ...takes].flatMap((name) => values.text(name) ?? [])
  return names.length === 0 ? undefined : names.join('/')
}

/** The preset's scopes are for a person's sign-in: a program asks for those of its profile, if any. */
const forPrograms = (preset: Preset): Preset => ({
  ...preset,
  scopes: [],
  signsIn: preset.signsIn === 'nobody' ? 'nobody' : 'workload',
})

/** Where only a public client may use any redirect URI, one with a secret registers all of them, with their ports. */
const forConfidentialClients = (preset: Preset): Preset =>
  preset.takesAnyRedirect === 'of-public-clients'
    ? withoutAnyRedirect({ ...preset, redirectPorts: FIXED_PORTS })
    : preset

/** Whether the API is the proxy that this process was started with, which takes no token. */
const isThroughProxy = (values: Values, env: Env): boolean =>
  values.source('api') === 'LS_AUTH_API' && isBehindProxy(env)

const isTokenGiven = ({ variables }: Env): boolean => variables.LS_AUTH_TOKEN !== undefined

/** Whether the API of a run has another origin than that of the profile. */
function isElsewhere({ profile, system }: Layers, { origin }: URL): boolean {
  const own = profile?.api ?? system?.api
  const address = typeof own === 'string' ? withScheme(own) : ''
  return URL.canParse(address) && new URL(address).origin !== origin
}

/**
 * How the API takes the token. A loopback API that is named without an issuer or a token is asked without one: a Jaeger or
 * Tempo on the person's own machine.
 */
function authorizationOf(values: Values, env: Env): string {
  const given = (values.text('authorization') as string).trim()
  const chosen = values.judge('authorization', () => checkAuthorization(given))
  const api = values.text('api')
  const isNobodys = values.text('issuer') === undefined && !isTokenGiven(env)
  if (values.source('authorization') !== 'default' || !isNobodys) return chosen
  const address = withScheme(api ?? '')
  return URL.canParse(address) && isLoopback(new URL(address)) ? 'none' : chosen
}

const settingsFileOf = ({ config, system }: Settings, name: string): Profile['settingsFile'] => ({
  path: config.path,
  holders: [config, system].filter(({ profiles }) => Object.hasOwn(profiles, name)).map(({ path }) => path),
  exists: config.exists || system.exists,
})

const layersOf = ({ config, system }: Settings, name: string): Layers => ({
  name,
  profile: config.profiles[name],
  profileFile: config.path,
  system: system.profiles[name],
  systemFile: system.path,
})

/** What this version does not know in the tables of these profiles and at the top of both files. */
export function unknownKeys({ config, system }: Settings, names: readonly string[]): UnknownKey[] {
  const known = new Set(SETTING_TABLE.map(({ key }) => key))
  const inProfile = ({ path, profiles }: ConfigFile): UnknownKey[] =>
    names
      .flatMap((name) => Object.keys(profiles[name] ?? {}))
      .flatMap((key) => (known.has(key) ? [] : [{ key, file: path, where: 'profile' }]))
  const atTop = ({ path, unknownKeys }: ConfigFile): UnknownKey[] =>
    unknownKeys.map((key) => ({ key, file: path, where: 'file' }))
  return [...[config, system].flatMap(inProfile), ...[config, system].flatMap(atTop)]
}

/** A profile without the flags of this run. Failure `settings`: no such profile, or a wrong value. */
export const profileNamed = (settings: Settings, name: string, env: Env): Profile =>
  chooseProfile(settings, { values: {}, profile: name }, env)

/** Whether requests to the API carry a token; without one (`authorization = "none"`) no person needs to sign in. */
export const sendsToken = ({ authorization }: Pick<Profile, 'authorization'>): boolean =>
  authorization.toLowerCase() !== 'none'

/** What a client needs in addition to the values of the settings. */
interface ClientFacts
  extends Pick<PartialClient, 'profile' | 'issuer' | 'preset' | 'apiOrigin' | 'place' | 'stateDirectory'> {
  readonly timeoutMilliseconds: number | undefined
  readonly env: Env
}

/** The client that the settings describe. Failures: `settings`, `usage` (a duration). */
function clientFrom(values: Values, facts: ClientFacts): PartialClient {
  const { env, timeoutMilliseconds, profile, issuer, preset, apiOrigin, place, stateDirectory } = facts
  const path = (name: SettingName): string | undefined => {
    const value = values.text(name)
    return value === undefined ? undefined : expandHome(value, env)
  }
  const [keyFrom, apiFrom] = [values.source('store_key_file'), values.source('api')]
  const proxy = values.text('proxy')
  const http: HttpSettings = {
    proxy: proxy === undefined ? undefined : values.judge('proxy', () => checkProxy(proxy)),
    caFile: path('ca_file'),
    clientCert: path('client_cert'),
    clientKey: path('client_key'),
    timeoutMilliseconds,
  }
  return {
    profile,
    issuer,
    clientId: values.judge('client_id', () => checkClientId(values.text('client_id'))),
    preset,
    account: values.text('account') as string,
    apiOrigin,
    place,
    ...(apiFrom.startsWith('LS_AUTH_') && { apiFrom }),
    audience: values.text('audience'),
    // Entra refuses it.
    resource: preset.audience === 'scope' ? undefined : values.text('resource') || undefined,
    ...(preset.metadataAt === 'anywhere' &&
      isAdded(values.source('scopes')) && { optionalScopes: STANDARD.scopes }),
    clientIdDocument: values.judge('client_id_document', () =>
      checkDocument(values.text('client_id_document')),
    ),
    publicSecret: values.judge('client_secret', () => publicSecret(values.text('client_secret'), preset)),
    clientSecretFile: env.variables.LS_AUTH_CLIENT_SECRET_FILE || undefined,
    clientSecretMaxAgeSeconds: values.judge('client_secret_max_age', () =>
      parseDuration(values.text('client_secret_max_age') as string, 'client_secret_max_age'),
    ),
    store: values.text('store') as PartialClient['store'],
    storeKeyFile: path('store_key_file'),
    ...(/^(?:--|LS_AUTH_)/.test(keyFrom) && { storeKeyFrom: keyFrom }),
    workload: judgedIn(profile, () =>
      readWorkload(values.table('workload'), values.source('workload'), profile, env),
    ),
    expect: judgedIn(profile, () =>
      readExpect(values.table('expect'), (key) => values.sourceIn('expect', key)),
    ),
    reason: values.text('reason'),
    requireReason: values.isTrue('require_reason'),
    dpop: values.judge('dpop', () => readDpop(values)),
    http,
    stateDirectory,
  }
}

/** The client at the company's provider, for the profile's own (`identity`). Failure `settings`: two settings do not go together. */
function atCompany(own: PartialClient, values: Values, tuned: (known: Preset) => Preset): PartialClient {
  const identity = judgedIn(own.profile, () =>
    readIdentity(values.table('identity'), values.source('identity'), own.profile),
  )
  if (identity === undefined) return own
  const { issuer, clientId } = own
  const wrong =
    own.workload !== undefined
      ? 'a workload has no sign-in'
      : own.preset.useToken === 'id'
        ? 'use_token = "id" sends no token of the own issuer'
        : issuer === undefined || clientId === undefined
          ? 'issuer and client_id of the API itself are missing'
          : undefined
  if (wrong !== undefined || issuer === undefined || clientId === undefined)
    throw new Failure('settings', `identity conflicts with another setting: ${wrong}`, {
      hint: 'Correct it, or remove the table identity.',
      ...((issuer === undefined || clientId === undefined) && { reason: 'incomplete-workload' }),
    })
  const known = presetFor(identity.issuer)
  const { optionalScopes: _, ...rest } = own
  return {
    ...rest,
    ...identity,
    preset: { ...tuned(known), scopes: known.scopes, useToken: 'access', clientAuth: 'none' },
    ...(known.metadataAt === 'anywhere' && { optionalScopes: STANDARD.scopes }),
    audience: undefined,
    resource: undefined,
    publicSecret: undefined,
    server: { ...own, issuer, clientId },
  }
}

/** With a blank at an end it was copied so, and the provider would know no such client. */
function checkClientId(id: string | undefined): string | undefined {
  if (id === undefined || id.trim() === id) return id
  throw new Failure('settings', 'the client_id begins or ends with a space', { hint: 'Remove the space.' })
}

/** Whether ls-auth chose the scopes, beside those that `--scope` adds. */
const isAdded = (source: string): boolean => source.startsWith('preset ') || source === '--scope'

/** A client id metadata document has an https address with a path (draft-ietf-oauth-client-id-metadata-document §3). */
function checkDocument(url: string | undefined): string | undefined {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined
  if (url === undefined || (parsed?.protocol === 'https:' && parsed.pathname !== '/' && !parsed.username))
    return url
  throw new Failure('settings', 'client_id_document is not an https address with a path', {
    hint: 'Write it like client_id_document = "https://acme.example/ls-auth/client.json".',
  })
}

/** Only a secret that is public by design may be in a settings file (RFC 8252 §8.5: it ships with the program). */
function publicSecret(secret: string | undefined, preset: Preset): string | undefined {
  if (secret === undefined || preset.publicSecret) return secret
  throw new Failure('settings', 'client_secret in a profile is only for providers with a public secret', {
    hint: 'Remove it from the file and use LS_AUTH_CLIENT_SECRET_FILE, or type it when ls-auth login asks.',
  })
}

/**
 * The preset with the profile's overrides applied. `values` must have the preset as their lowest layer. Failures:
 * `settings`, `usage` (a duration).
 */
function tunePreset(row: Preset, values: Values): Preset {
  const ports = values.ports('redirect_ports')
  const groups = values.text('groups_claim')
  const chosen = parameterRecord(values.words('authorization_parameters'))
  return {
    // Who chose ports has registered them: at a client that takes any they would need no choice.
    ...(ports === 'any' ? row : withoutAnyRedirect(row)),
    scopes: values.words('scopes'),
    authorizationParameters: { ...without(row.authorizationParameters, Object.keys(chosen)), ...chosen },
    chosenParameters: Object.keys(chosen),
    audience: values.text('audience_style') as Preset['audience'],
    useToken: values.text('use_token') as Preset['useToken'],
    redirectHost: values.text('redirect_host') as Preset['redirectHost'],
    redirectPorts: ports,
    redirectPath: values.text('redirect_path') ?? '',
    clientAuth: values.text('client_auth') as Preset['clientAuth'],
    device: values.text('device_flow') as Preset['device'],
    pushedRequests: values.text('pushed_requests') as Preset['pushedRequests'],
    deadRefreshCodes: values.words('dead_refresh_codes'),
    revoke: values.judge('revoke', () => revocable(values.words('revoke'))),
    endpointHosts: values.judge('endpoint_hosts', () => hosts(values.words('endpoint_hosts'))),
    leewaySeconds: values.judge('leeway', () => leeway(values.text('leeway') as string)),
    ...(groups !== undefined && { claimNames: { ...row.claimNames, groups: placesOf(groups) } }),
  }
}

/** Names that differ in the case of letters alone are one to some providers: the profile's takes the place of the preset's. */
function without(parameters: Preset['authorizationParameters'], names: readonly string[]) {
  const plain = names.map((name) => name.toLowerCase())
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !plain.includes(name.toLowerCase())),
  )
}

/** The preset of a provider that knows registered redirect URIs alone. */
function withoutAnyRedirect({ takesAnyRedirect: _, ...preset }: Preset): Preset {
  return preset
}

/** A claim of exactly this name (it may be a URL, with dots in it), else steps down from the payload. */
function placesOf(claim: string): readonly ClaimSource[] {
  const path = claim.split('.')
  return path.length > 1 && !claim.includes('/') ? [claim, { path }] : [claim]
}

function revocable(kinds: readonly string[]): Preset['revoke'] {
  if (kinds.every((kind) => kind === 'refresh' || kind === 'access')) return kinds as Preset['revoke']
  throw new Failure('settings', 'revoke must list refresh, access, both or nothing', {
    hint: 'Write it like revoke = ["refresh"], or leave it out.',
  })
}

/** What stands before or behind the name of a host is in no endpoint's. Not shown: a URL may hold a password. */
function hosts(names: readonly string[]): readonly string[] {
  // An IPv6 address has colons, within brackets.
  if (!names.some((name) => /[/@]|^[^[]*:/.test(name))) return names
  throw new Failure('settings', 'endpoint_hosts takes host names without scheme, port and path', {
    hint: 'Write it like endpoint_hosts = ["keys.example.com", "*.example.com"].',
  })
}

/** At most five minutes: with more, we would accept tokens that are expired for everyone else. */
function leeway(text: string): number {
  const seconds = parseDuration(text, 'leeway')
  if (seconds <= 300) return seconds
  throw new Failure('settings', `leeway: ${seconds} s is too much`, { hint: 'Write at most 5m.' })
}
