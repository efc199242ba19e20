import * as oidc from 'openid-client'
import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { vendorError } from '../../http-answers/error-body.ts'
import type { Http } from '../../ports/http.ts'
import type { Ports } from '../../ports/ports.ts'
import { redirectUris } from '../../providers/presets.ts'
import { safeText } from '../../text/safe-text.ts'
import { checkEndpoint, discover, type Metadata, withListedScopes } from '../documents/metadata.ts'
import { sessionName } from '../session-name.ts'
import { openNotes } from '../store/sealed-notes.ts'
import { responseOf } from './exchange.ts'
import { DEVICE_GRANT } from './grant-parameters.ts'

/** What takes a registration back (RFC 7592 §3): an address, and a token that is good for nothing else. */
export interface Management {
  readonly uri: string
  readonly token: string
}

/** A client as the provider has registered it. */
export interface Registered {
  readonly clientId: string
  /** Undefined: the provider gave none, or one at an address that must not get a token. */
  readonly management: Management | undefined
}

const MAX_BYTES = 64 * 1024

/** The endpoint that registers clients. Failure `cannot-do`: there is none. */
function requireRegistration({ preset }: Pick<PartialClient, 'preset'>, metadata: Metadata): string {
  const endpoint = metadata.registration_endpoint
  if (typeof endpoint === 'string' && preset.clientAuth === 'none') return endpoint
  throw new Failure('cannot-do', `${new URL(metadata.issuer).host} does not support client registration`)
}

/**
 * Registers a native client without a secret (RFC 7591 §3). One request, sent once. Failures: `cannot-do` (the provider
 * registers no clients), `settings` (it refused), `provider-failed`, `refused` (an unsafe address), `network`.
 */
export async function requestRegistration(
  client: Pick<PartialClient, 'preset'>,
  metadata: Metadata,
  http: Http,
): Promise<Registered> {
  const host = new URL(metadata.issuer).host
  const endpoint = requireRegistration(client, metadata)
  checkEndpoint('registration_endpoint', endpoint, metadata.issuer)
  // 0: no answer.
  let status = 0
  let vendor: string | undefined
  const fetch: oidc.CustomFetch = async (url, init) => {
    // The metadata are known: the library's own look-up of them is answered from here.
    if (init.method !== 'POST') return Response.json(metadata)
    const answer = await http.send({
      method: 'POST',
      url: new URL(url),
      headers: init.headers,
      body: String(init.body),
      maxBytes: MAX_BYTES,
    })
    status = answer.status
    vendor = vendorError(answer)
    return responseOf(answer)
  }
  const registered = await oidc
    .dynamicClientRegistration(new URL(metadata.issuer), clientMetadata(client, metadata), oidc.None(), {
      [oidc.customFetch]: fetch,
      ...(metadata.issuer.startsWith('http:') && { execute: [oidc.allowInsecureRequests] }),
    })
    .catch((error) => {
      throw explain(error, host, status, vendor)
    })
  return judge(registered.clientMetadata(), redirectUris(client.preset), endpoint, metadata.issuer, http)
}

/** RFC 7591 §2: what a native client needs (RFC 8252), and no more scopes than it asks for. */
const clientMetadata = (
  { preset }: Pick<PartialClient, 'preset'>,
  metadata: Metadata,
): Partial<oidc.ClientMetadata> => ({
  client_name: 'ls-auth',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: redirectUris(preset),
  response_types: ['code'],
  grant_types: [
    'authorization_code',
    'refresh_token',
    ...(typeof metadata.device_authorization_endpoint === 'string' ? [DEVICE_GRANT] : []),
  ],
  scope: preset.scopes.join(' '),
})

async function judge(
  answer: Readonly<Record<string, unknown>>,
  asked: readonly string[],
  endpoint: string,
  issuer: string,
  http: Http,
): Promise<Registered> {
  const { client_id: id, token_endpoint_auth_method: method } = answer
  const management = managementIn(answer, [endpoint, issuer])
  const isPublic = method === undefined || method === 'none'
  const missing = missingRedirects(asked, answer.redirect_uris)
  const clientId = missing.length === 0 ? id : undefined
  if (isPublic && typeof clientId === 'string' && /^[\x21-\x7e]{1,500}$/.test(clientId))
    return { clientId, management }
  if (management !== undefined) await withdrawRegistration(management, http).catch(() => {})
  const host = new URL(issuer).host
  if (!isPublic) throw new Failure('settings', `${host} only registers clients with a secret`)
  if (missing.length === 0) throw new Failure('provider-failed', `${host} assigned an unusable client id`)
  throw new Failure('settings', `${host} registered other redirect URIs than requested`, {
    detail: [`not registered: ${missing.join(' ')}`],
  })
}

/**
 * The redirect URIs that the client did not get. A provider may register others (RFC 7591 §3.2.1), and a sign-in would end at
 * its error page. One without a port stands for every port (RFC 8252 §7.3). An answer without any took them all.
 */
function missingRedirects(asked: readonly string[], registered: unknown): readonly string[] {
  if (registered === undefined) return []
  const got = [registered].flat()
  return asked.filter((uri) => !got.includes(uri) && !got.includes(uri.replace(/:\d+(?=\/)/, '')))
}

/** The token goes to the origin that gave it, and nowhere else. */
function managementIn(
  { registration_client_uri: uri, registration_access_token: token }: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Management | undefined {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return undefined
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token)) return undefined
  const { origin, username, password } = new URL(uri)
  if (username || password || !known.some((url) => new URL(url).origin === origin)) return undefined
  return { uri, token }
}

/** Takes a registration back (RFC 7592 §2.3). Failures: `network`, `provider-failed`. */
export async function withdrawRegistration({ uri, token }: Management, http: Http): Promise<void> {
  const url = new URL(uri)
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  const { status } = await http.send({ method: 'DELETE', url, headers, maxBytes: MAX_BYTES })
  if (status === 204 || status === 200) return
  throw new Failure('provider-failed', `${url.host} did not unregister it (HTTP ${status})`)
}

/** Nothing of the answer but an error (RFC 7591 §3.2.2, or in the provider's own form) is shown: it may hold a token. */
function explain(error: unknown, host: string, status: number, vendor: string | undefined): Failure {
  const nested = (error as { cause?: unknown }).cause
  for (const one of [error, nested]) if (one instanceof Failure) return one
  const { error: code, error_description: text } = error as { error?: unknown; error_description?: unknown }
  const detail = [code, text].flatMap((one) => (typeof one === 'string' ? [safeText(one, 300)] : []))
  const reason = detail.length === 0 ? vendor : detail.join(': ')
  const options = { detail: reason === undefined ? [] : [reason], cause: error }
  if (status >= 400 && status < 500 && status !== 429)
    return new Failure('settings', `${host} did not register ls-auth (HTTP ${status})`, options)
  const what = status < 300 ? 'gave an unusable answer' : `failed (HTTP ${status})`
  return new Failure('provider-failed', `${host} ${what} when ls-auth tried to register`, options)
}

/** A client that has no id yet. */
type Unregistered = PartialClient & { readonly issuer: string }

/** A client that was just registered. `canUnregister`: false where the provider gave no registration access token. */
export interface NewClient {
  readonly clientId: string
  readonly canUnregister: boolean
  /** It is the address of a document, and nothing was registered. */
  readonly isDocument?: true
  /** Runs what saves its id. Until then a signal takes the client back, and its id is never saved; then the signal waits. */
  commit<T>(save: () => Promise<T>): Promise<T>
}

/**
 * Registers a public client at the issuer, keeps its management token, and has `use` save its id: gives the result of `use`.
 * Proves before that it can keep them. Where that or `use` fails, it unregisters the client, and the failure's detail reports
 * it. Failures: `cannot-do` (not offered), `settings` (refused), `network`, `provider-failed`, `refused`, those of the store,
 * and those of `use`.
 */
export async function registerClient<T>(
  client: Unregistered,
  ports: Ports,
  use: (registered: NewClient) => Promise<T>,
): Promise<T> {
  const http = await ports.http(client.http)
  const found = await discover(client.issuer, client.preset, http, ports.clock)
  const { metadata } = found
  if (client.clientIdDocument !== undefined && metadata.client_id_metadata_document_supported === true)
    return use({
      clientId: client.clientIdDocument,
      canUnregister: true,
      isDocument: true,
      commit: (save) => save(),
    })
  requireRegistration(client, metadata)
  const registrations = await openNotes(client, 'registrations', ports)
  await registrations.probe()
  let takingBack: Promise<string> | undefined
  const takeBack = async ({ clientId, management }: Registered): Promise<string> => {
    const withdrawing = management && withdrawRegistration(management, http).then(() => 'yes' as const)
    const result = await withdrawing?.catch((failure: Error) => failure)
    await registrations.forget(nameOf(client.issuer, clientId))
    return whatBecame(clientId, client.issuer, result)
  }
  // Without an end: the process has one.
  const unlessEnding = () => (takingBack ? new Promise<never>(() => {}) : undefined)
  let registered: Registered | undefined
  let forgetSignals = () => {}
  try {
    // An exit here would leave a client that no person can unregister.
    const { clientId, management } = await ports.signals.shield(async () => {
      const made = await requestRegistration(withListedScopes(client, found), metadata, http)
      registered = made
      forgetSignals = ports.signals.beforeEnd(async () => {
        takingBack = takeBack(made)
        ports.terminal.err(`${await takingBack}\n`)
      })
      if (made.management !== undefined)
        await registrations.keep(nameOf(client.issuer, made.clientId), made.clientId, made.management)
      return made
    })
    await unlessEnding()
    return await use({
      clientId,
      canUnregister: management !== undefined,
      commit: (save) =>
        ports.signals.shield(async () => {
          await unlessEnding()
          forgetSignals()
          return save()
        }),
    })
  } catch (error) {
    const made = registered
    if (made === undefined) throw error
    await unlessEnding()
    const became = await ports.signals.shield(() => takeBack(made))
    throw error instanceof Failure ? error.withDetail(became) : error
  } finally {
    forgetSignals()
  }
}

/** What became of a client that is not used. `result` of taking it back; undefined: the provider gave no way to. */
function whatBecame(clientId: string, issuer: string, result: 'yes' | Error | undefined): string {
  const what = `The client ${safeText(clientId, 200)}`
  const where = safeText(new URL(issuer).host, 200)
  if (result === 'yes') return `${what} was unregistered again at ${where}.`
  const why = result instanceof Failure ? `: ${safeText(result.message)}` : ''
  return `${what} stays registered at ${where}${why}. An administrator can remove it there.`
}

/**
 * Takes back a registration that is kept here, and forgets it. `none`: this client was not registered from here. A Failure:
 * the provider may still know it; here it is forgotten anyway.
 */
export async function unregisterClient(client: Client, ports: Ports): Promise<'yes' | 'none' | Failure> {
  const registrations = await openNotes(client, 'registrations', ports)
  try {
    const management = (await registrations.read(nameOf(client.issuer, client.clientId))) as
      | Management
      | undefined
    if (management === undefined) return 'none'
    await withdrawRegistration(management, await ports.http(client.http))
    return 'yes'
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  } finally {
    await registrations.forget(nameOf(client.issuer, client.clientId))
  }
}

/** Of each client that was registered from here a note, under the name of a session whose account no profile can have. */
const nameOf = (issuer: string, clientId: string): string => sessionName({ issuer, clientId, account: '' })
