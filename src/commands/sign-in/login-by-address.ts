import type { Witness } from '../../api/destination.ts'
import { type Challenge, readChallenge } from '../../api/refusal/challenge.ts'
import { backendOf } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { isPage } from '../../http-answers/error-body.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import { requireSignInOffered } from '../../session/sign-in-offered.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { defaultName } from '../../settings/profile-name.ts'
import type { SettingName } from '../../settings/setting-table.ts'
import { urlToJudge } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { wrap } from '../../text/wrap.ts'
import { canAsk, confirm } from '../can-ask.ts'
import { commandLine } from '../command-line.ts'
import { flagsOf, globals, type Invocation, tell } from '../invocation.ts'
import type { PlannedProfile, SignIn } from '../planned-profile.ts'
import { isProvider, lookAt, needsNoSignIn } from '../request/look-at-address.ts'
import { openRecorder } from '../request/recorder.ts'
import {
  chooseIssuer,
  type OfferedProfile,
  offeredProfile,
  profileNameFor,
  tableOf,
} from './offered-profile.ts'
import { registerForProfile } from './register-client.ts'
import { type Resource, resourceAt } from './resource-address.ts'
import { readOffer } from './resource-offer.ts'
import { unregisterFormer } from './unregister-client.ts'

/** For a person who waits; `--timeout` sets another. */
const LOOK_MILLISECONDS = 10_000

/**
 * Finds or plans the profile for a typed address, by the API's own metadata (RFC 9728). Shows all of it, asks, registers a
 * client where there is none, has `signIn` sign in and write it, and gives the run with its name. Until the person has agreed,
 * it asks only the API. A failure leaves the profile and its sign-in as before, and no registered client. `yes`: do not ask.
 * Failures: those of each step, `declined`, `usage` (no person to ask).
 */
export async function loginByAddress(
  typed: Invocation,
  address: string,
  yes: boolean,
  signIn: SignIn,
  isUnfinished = false,
): Promise<Invocation> {
  const { ports } = typed
  refuseSecondAddress(typed)
  const resource = resourceAt(address)
  const settings = await readSettings(ports.env, await ports.files())
  const name = profileNameFor(typed, settings, resource)
  // The address counts as typed: LS_AUTH_API is for other commands.
  const api = String(tableOf(settings, name)?.api ?? resource.url.href)
  const invocation: Invocation = {
    ...typed,
    options: { ...typed.options, profile: name },
    settings: { ...typed.settings, api },
  }
  const { answer, scope } = await document(invocation, settings, name, resource)
  const offer = readOffer(answer, resource, scope)
  const offered = offeredProfile(invocation, settings, name, offer, resource, chooseIssuer(typed, offer))
  requireSignInOffered(offered.profile.client.preset)
  if (isComplete(offered)) {
    await signIn(invocation)
    return invocation
  }
  // A machine without a keychain says so before the question.
  if (offered.profile.client.store === 'keychain') await (await ports.keychain()).get('first-login')
  await agree(typed, offered, resource, yes)
  const { clientId } = offered.profile.client
  const signInAs = async (client_id: string, commit?: PlannedProfile['commit']) => {
    const values = { ...offered.saved, client_id }
    const { optionalScopes } = offered
    await signIn(invocation, { values, ...(optionalScopes && { optionalScopes }), ...(commit && { commit }) })
    return values
  }
  const values = await (clientId === undefined
    ? registerForProfile(typed, offered.profile, (made) => signInAs(made.clientId, made.commit))
    : signInAs(clientId))
  if (offered.before !== undefined && !isUnfinished)
    await unregisterFormer(invocation, settings, name, values)
  return invocation
}

/** Nothing that was agreed to before has changed. */
const isComplete = ({ before, values, profile }: OfferedProfile): boolean =>
  before !== undefined && Object.keys(values).length === 0 && profile.client.clientId !== undefined

function refuseSecondAddress({ settings }: Invocation): void {
  if (settings.api === undefined) return
  throw new Failure('usage', 'the API is given twice: as an address and by --api', {
    hint: 'Drop --api.',
  })
}

/** Asks the API through the proxy and with the certificates of its profile, if there is one. */
async function document(invocation: Invocation, settings: Settings, name: string, resource: Resource) {
  const { ports } = invocation
  const known = tableOf(settings, name) !== undefined
  const client = known ? profileNamed(settings, name, ports.env).client : undefined
  const http = await ports.http({
    ...(client?.http ?? { proxy: undefined, caFile: undefined, clientCert: undefined, clientKey: undefined }),
    timeoutMilliseconds: flagsOf(invocation).timeoutMilliseconds ?? LOOK_MILLISECONDS,
  })
  // Named like all requests, but not in the record: who says no leaves nothing on the machine.
  const recorder = openRecorder(invocation, {
    profile: name,
    issuer: undefined,
    stateDirectory: settings.places.stateDirectory,
  })
  const look = lookWith(http, (path) => recorder.request({ method: 'GET', path, token: undefined }).headers)
  return fetchDocument(resource, look).catch(async (error) => {
    if (!(error instanceof Failure) || error.code !== 'not-found') throw error
    const { clock } = ports
    const witness: Witness = (request) => ({ ...recorder.request(request), ended: async () => {} })
    const found = await lookAt(resource.url.href, { http, clock, now: () => clock.now(), witness })
    if (found instanceof Failure || found.kind === 'closed-api') throw error
    if (found.kind === 'issuer') throw isProvider(found.issuer, resource.url)
    throw needsNoSignIn(found.backend, resource.url)
  })
}

/** Failures: `usage` (no person to ask), `declined`. */
async function agree(invocation: Invocation, offered: OfferedProfile, resource: Resource, yes: boolean) {
  const { terminal } = invocation.ports
  terminal.err(`${offerScreen(offered, resource, terminal.columns)}\n`)
  if (yes) return
  if (!canAsk(invocation)) {
    throw new Failure('usage', 'cannot ask for confirmation: stdin is not a terminal', {
      hint: `To accept these settings: ${commandLine(invocation, { yes: true })}`,
    })
  }
  if (await confirm(terminal, 'Sign in with these settings and save them?')) return
  throw new Failure('declined', 'you said no; nothing was saved', {
    hint: `If a setting is wrong, ask whoever runs ${safeText(resource.url.host, 200)}.`,
  })
}

/** After the sign-in: which profile other commands use isn't a surprise. */
export async function tellDefault(invocation: Invocation): Promise<void> {
  const { ports } = invocation
  const { profile: name = '' } = globals(invocation)
  const preferred = defaultName(await readSettings(ports.env, await ports.files()))
  if (preferred === name) return
  const safe = safeText(name, 60)
  tell(
    invocation,
    `It is not the default: add --profile ${safe} to a command, or once: ls-auth profile use ${safe}`,
  )
}

type Row = readonly [label: string, text: string | readonly string[]]

const INDENT = '  '
const LABEL_WIDTH = 14
const BACKEND_UNKNOWN = 'not named: ls-auth asks the API'
const BOUND = 'bound to a key on this machine (DPoP)'

/** All that a person has to judge before signing in by what an API says, at most `columns` wide where it can be. */
function offerScreen(offered: OfferedProfile, resource: Resource, columns: number): string {
  const { name, before } = offered
  const host = shownHost(resource.url)
  const lead =
    before === undefined
      ? `${host} publishes these sign-in settings (nothing saved yet):`
      : `${host} publishes other settings than profile ${safeText(name, 60)} has. (nothing saved yet)`
  const rows = rowsOf(offered, resource).map((row) => lineOf(row, columns))
  return [wrap(lead, columns), '', ...rows, '', ...notesOf(offered, host, columns)].join('\n')
}

/** Known problems of this provider. The token, once it is here, would show them too late. */
function notesOf({ profile }: OfferedProfile, host: string, columns: number): string[] {
  const { scopeOfApi, scopes, useToken } = profile.client.preset
  if (!scopeOfApi || useToken !== 'access' || scopes.some((scope) => scopeOfApi.pattern.test(scope)))
    return []
  return [wrap(`note: ${scopeOfApi.without} Ask whoever runs ${host} for the right scope.`, columns), '']
}

function rowsOf(
  { name, before, values, profile, optionalScopes = [] }: OfferedProfile,
  resource: Resource,
): Row[] {
  const { issuer, clientId, preset, audience, dpop } = profile.client
  const { backend, isBackendKnown } = profile
  const shown = (key: SettingName, text: string) => text + outside(key)
  const outside = (key: SettingName) => {
    const { source } = profile.resolved[key]
    return /^(--|LS_AUTH_)/.test(source) ? `  (${source})` : ''
  }
  const place = Object.entries(profile.place).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${safeText(value, 200)}`],
  )
  const header = values.authorization_header
  const safe = preset.scopes.map((scope) => safeText(scope, 200))
  const isAdded = (scope: string) => optionalScopes.includes(scope)
  const [added, named] = [safe.filter(isAdded), safe.filter((scope) => !isAdded(scope))]
  const scopes =
    added.length === 0 ? safe : [...named, named.length > 0 ? 'and where listed:' : 'where listed:', ...added]
  const rows: Row[] = [
    ['tokens go to', urlToJudge(resource.url.href)],
    ['sign in at', shown('issuer', urlToJudge(issuer ?? ''))],
    [
      'as client',
      clientId === undefined
        ? 'none yet; ls-auth registers one'
        : shown('client_id', safeText(clientId, 500)),
    ],
    ['scopes', scopes],
    ...(audience === undefined ? [] : [['audience', shown('audience', safeText(audience, 500))] as const]),
    ['back end', isBackendKnown ? [backendOf(backend).name, ...place].join(', ') : BACKEND_UNKNOWN],
    ...(typeof header === 'string' ? [['token in', safeText(header, 100)] as const] : []),
    ...(values.dpop === true || dpop
      ? [['tokens are', shown('dpop', dpop ? BOUND : 'not bound to a key')] as const]
      : []),
    ['profile', `${safeText(name, 60)}${before === undefined ? ' (new)' : ''}`],
  ]
  return [...rows, ...changesOf(before, values)]
}

/** What a profile had before, of the settings that change. */
const changesOf = (before: OfferedProfile['before'], values: OfferedProfile['values']): Row[] =>
  before === undefined
    ? []
    : Object.keys(values).map((key) => ['before', `${key}: ${former(before[key])}`] as const)

const former = (value: unknown): string =>
  value === undefined ? 'not set' : safeText([value].flat().map(String).join(' '), 300)

/** A host is never cut, so that all of it can be judged: a line may become longer than the terminal. */
const lineOf = ([label, text]: Row, columns: number): string => {
  const margin = ' '.repeat(INDENT.length + LABEL_WIDTH)
  return `${INDENT}${label.padEnd(LABEL_WIDTH)}${wrap(text, columns - margin.length, margin)}`
}

/** Limit for the document, bytes. */
const MOST_BYTES = 64 * 1024
/** Limit for any other answer, of which only the header counts. */
const MOST_OTHER_BYTES = 256 * 1024

/** Sends one GET without a token to the API, and tells it who asks. */
type Look = (url: URL, maxBytes: number) => Promise<HttpAnswer>

/** A {@link Look} with these headers for each path. */
const lookWith =
  (http: Http, headers: (path: string) => Readonly<Record<string, string>>): Look =>
  (url, maxBytes) =>
    http.send({
      method: 'GET',
      url,
      headers: { ...headers(url.pathname), accept: 'application/json' },
      maxBytes,
    })

/**
 * The metadata of a resource, not judged yet. From its well-known address, else from the address in its own 401 on the same
 * origin (RFC 9728 §5.1). No redirect is followed. Failures: `network`, `api-failed`, `refused`, `not-found`.
 */
async function fetchDocument(resource: Resource, look: Look): Promise<FoundDocument> {
  const answer = await look(resource.metadata, MOST_BYTES)
  // Jaeger answers unknown paths with its own page.
  if (answer.status === 200 && !isPage(answer)) {
    // What the document is about is known: an API that does not answer asks for no scope.
    const challenge = await challengeOf(resource, look).catch(() => undefined)
    return { answer, scope: challenge?.scope }
  }
  refuseRedirect(answer, resource.metadata)
  if (answer.status >= 500 || answer.status === 429) throw failed(answer, resource.metadata)
  const challenge = await challengeOf(resource, look)
  const named = placeNamedBy(challenge, resource)
  if (named === undefined) throw nothingThere(resource)
  const second = await look(named, MOST_BYTES)
  if (second.status === 200) return { answer: second, scope: challenge?.scope }
  refuseRedirect(second, named)
  throw failed(second, named)
}

/** The document of a resource, and the scopes that the challenge of the API asks for. */
interface FoundDocument {
  readonly answer: HttpAnswer
  readonly scope: string | undefined
}

/** What the API says to a request without a token; undefined: nothing about tokens. */
async function challengeOf({ url }: Resource, look: Look): Promise<Challenge | undefined> {
  const { status, headers } = await look(url, MOST_OTHER_BYTES).catch((error) => {
    // A page that is too large isn't a challenge either.
    if (error instanceof Failure && error.code === 'api-failed')
      return { status: 0, headers: {} as HttpAnswer['headers'] }
    throw error
  })
  return status === 401 ? readChallenge(headers['www-authenticate']) : undefined
}

/** Where the challenge of the API says that its metadata are; undefined: it says nothing. */
function placeNamedBy(challenge: Challenge | undefined, { url }: Resource): URL | undefined {
  const named = challenge?.resourceMetadata
  if (named === undefined) return undefined
  const place = URL.canParse(named) ? new URL(named) : undefined
  if (place?.origin === url.origin && !place.username && !place.password) return place
  throw new Failure('refused', `${shownHost(url)} refers to another host for sign-in settings`, {
    detail: [`resource_metadata: ${urlToJudge(named)}`],
    hint: 'ls-auth did not contact it and saved nothing. Ask whoever runs the API.',
  })
}

function refuseRedirect({ status, headers }: HttpAnswer, url: URL): void {
  if (status < 300 || status >= 400) return
  const { location } = headers
  throw new Failure(
    'refused',
    `${shownHost(url)} redirects instead of publishing sign-in settings (HTTP ${status})`,
    {
      detail: location === undefined ? [] : [`to ${urlToJudge(location)}`],
      hint: 'ls-auth does not follow it. If that is the API, use its address.',
    },
  )
}

const failed = ({ status }: HttpAnswer, url: URL): Failure =>
  new Failure('api-failed', `${shownHost(url)} failed to return its sign-in settings (HTTP ${status})`)

const nothingThere = ({ url, metadata }: Resource): Failure =>
  new Failure('not-found', `${shownHost(url)} publishes no sign-in settings`, {
    detail: [`not found: ${safeText(metadata.pathname, 200)}`],
    hint: `Is that the trace gateway? If so, add the rest: ls-auth login --issuer URL --client-id ID --api ${shellWord(url.href)}`,
  })

/** The whole host. */
const shownHost = ({ host }: URL): string => safeText(host, Number.POSITIVE_INFINITY)
