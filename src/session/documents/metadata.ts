import { BlockList, isIP } from 'node:net'
import { issuerMismatch } from '../../claims/issuer.ts'
import type { PartialClient } from '../../client.ts'
import { Failure, type NetworkFailure } from '../../errors.ts'
import { hintAtVendorError, networkSignIn, vendorError } from '../../http-answers/error-body.ts'
import { readRateLimit, waitHint } from '../../http-answers/rate-limit.ts'
import { jsonObject } from '../../json-object.ts'
import { isLoopback } from '../../loopback-host.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import type { Clock } from '../../ports/ports.ts'
import { hintFor } from '../../providers/hints.ts'
import type { Preset } from '../../providers/preset.ts'
import { skewOf } from '../../steady-clock.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Cached } from '../store/session-file.ts'

/**
 * What an issuer publishes of itself (OpenID Connect Discovery 1.0 §3), checked as far as ls-auth uses it. One whose tokens are
 * only verified may have no token endpoint: GitHub Actions and Kubernetes publish the keys alone.
 */
export interface IssuerMetadata extends Record<string, unknown> {
  readonly issuer: string
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  /** A plain OAuth server may have none (RFC 8414 §2). */
  readonly jwks_uri?: string
}

/** The metadata of a provider at which a person signs in, or something is exchanged. */
export interface Metadata extends IssuerMetadata {
  readonly token_endpoint: string
}

/** Lifetime of cached metadata and signing keys, milliseconds. */
const CACHE_MILLISECONDS = 24 * 3600 * 1000

/** Whether a cached value is fresh. `now`: milliseconds; a value from the future (clock set back) is stale. */
export const usable = (cached: Cached<unknown> | undefined, now: number): boolean =>
  cached !== undefined && now >= cached.fetchedAt - 60_000 && now < cached.fetchedAt + CACHE_MILLISECONDS

/**
 * Whether the metadata may say more after this failure at an address out of them. A host that was reached has not moved;
 * where the metadata is on the same host, that cannot be reached either.
 */
export const mayBeElsewhere = (
  failure: NetworkFailure,
  address: string,
  { issuer }: IssuerMetadata,
): boolean => !failure.sent && new URL(address).host !== new URL(issuer).host

const MAX_BYTES = 256 * 1024
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'device_authorization_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
  'userinfo_endpoint',
]

interface Discovered<T extends IssuerMetadata> {
  readonly metadata: T
  readonly skewSeconds: number
  /** Whose metadata they are: an OpenID Connect provider's, or those of an OAuth server (RFC 8414), which promises no ID token. */
  readonly kind: MetadataKind
}
type MetadataKind = 'openid' | 'oauth'
type Discover<T extends IssuerMetadata> = (
  issuer: string,
  preset: Pick<Preset, 'id' | 'issuerTemplate' | 'metadataAt'>,
  http: Http,
  clock: Clock,
) => Promise<Discovered<T>>

/**
 * Fetches what an issuer publishes of itself, from the first of {@link placesOf} that has it. The issuer in it must be the same
 * string (RFC 8414 §3.3). Failures: `network`, `provider-failed`, `rate-limited`, `settings` (no such issuer), `refused` (wrong
 * issuer, unsafe endpoint).
 */
export const discover: Discover<Metadata> = (...asked) => fetchMetadata('token_endpoint', ...asked)

/** The same where no token is asked for there: the document of an issuer whose keys are all that is needed. */
export const discoverIssuer: Discover<IssuerMetadata> = (...asked) => fetchMetadata('jwks_uri', ...asked)

/** Whether tokens are asked for at the provider: a person signs in, or a program exchanges its proof. */
export const asksForTokens = ({ workload, preset }: Pick<PartialClient, 'workload' | 'preset'>): boolean =>
  workload ? workload.grant !== 'as-is' : preset.signsIn === 'person'

/** Where the metadata may be, in order (RFC 8414 §3.1 and §5); at a provider that is known, the one place where they are. */
function placesOf(
  issuer: string,
  { metadataAt }: Pick<Preset, 'metadataAt'>,
): readonly (readonly [URL, MetadataKind])[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const appended = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (metadataAt === undefined) return [[appended, 'openid']]
  return [
    [new URL(`${origin}/.well-known/oauth-authorization-server${path}`), 'oauth'],
    ...(path === ''
      ? []
      : [[new URL(`${origin}/.well-known/openid-configuration${path}`), 'openid'] as const]),
    [appended, 'openid'],
  ]
}

async function fetchMetadata<T extends IssuerMetadata>(
  needed: 'token_endpoint' | 'jwks_uri',
  ...[issuer, preset, http, clock]: Parameters<Discover<T>>
): Promise<Discovered<T>> {
  let foreign: unknown
  let last: (() => Promise<Record<string, unknown>>) | undefined
  for (const [url, kind] of placesOf(issuer, preset)) {
    const answer = await http.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      maxBytes: MAX_BYTES,
    })
    if (answer.status === 429) throw await rateLimited(answer, url, clock)
    if (SIGN_IN_FIRST.includes(answer.status)) throw networkSignIn(answer.status)
    const found = answer.status === 200 ? jsonObject(answer.body) : undefined
    if (found && (found.issuer === issuer || isTemplateOf(issuer, found.issuer, preset.issuerTemplate))) {
      const metadata = withoutNulls(found)
      requireEndpoints(metadata, kind === 'oauth' ? [needed] : [needed, 'jwks_uri'], url, preset)
      for (const name of ENDPOINTS) checkEndpoint(name, metadata[name], issuer)
      return { metadata: metadata as T, skewSeconds: skewOf(answer, clock.now()), kind }
    }
    foreign ??= found?.issuer
    last = async () => readDocument(answer, url, preset, issuer, await vendorWords(answer))
  }
  foreign ??= (await last?.())?.issuer
  throw issuerMismatch(
    issuer,
    foreign,
    hintFor(preset.id, { where: 'discovery', error: 'issuer-mismatch' }, { issuer }),
  )
}

function requireEndpoints(
  metadata: Readonly<Record<string, unknown>>,
  needed: readonly string[],
  url: URL,
  preset: Pick<Preset, 'id'>,
): void {
  const missing = needed.find((name) => typeof metadata[name] !== 'string')
  if (missing === undefined) return
  const hint = hintFor(preset.id, { where: 'discovery', error: 'no-endpoint' })
  throw new Failure('provider-failed', `the metadata of ${url.host} has no ${missing}`, {
    hint: hint ?? "Check the issuer. Copy it from the provider's OpenID Connect settings.",
  })
}

/**
 * Entra's shared issuers write `{tenantid}` in place of the tenant: the one difference that is allowed, and at the
 * template's own host alone. The protocol library knows the template there and nowhere else.
 */
const isTemplateOf = (issuer: string, named: unknown, template: string | undefined): boolean =>
  template !== undefined && named === template && new URL(issuer).origin === new URL(template).origin

async function rateLimited(answer: HttpAnswer, url: URL, clock: Clock): Promise<Failure> {
  const message = `${url.host} limits requests and its limit is reached (HTTP 429)`
  const { detail } = await vendorWords(answer)
  return new Failure('rate-limited', message, {
    detail,
    hint: waitHint(readRateLimit(answer.headers, clock.now())),
  })
}

/** The metadata are public, so this is rarely the provider: something on the way wants a sign-in, or blocks the address. */
const DENIED = [401, 403]

const SIGN_IN_FIRST = [407, 511]

/** Answers of 4xx by which a server, or a proxy, asks for a second try. They don't show what the address serves. */
const PASSING = [408, 409, 421, 423, 425]

const PATIENCE = { hint: 'Wait a little, then try again.' }

/** No second try fixes it. One of those denied may be of something on the way. */
const isLasting = (status: number): boolean =>
  status >= 400 && status < 500 && ![...DENIED, ...PASSING].includes(status)

/** An error in a provider's own form. `hint`: the provider has judged the request, so that no guess at the address fits. */
interface VendorWords {
  readonly detail: readonly string[]
  readonly hint?: string | undefined
}

/** Loaded only where an answer has failed: whoami reads this file, and sends no request. */
async function vendorWords(answer: HttpAnswer): Promise<VendorWords> {
  if (answer.status < 400) return { detail: [] }
  const reason = vendorError(answer)
  return reason === undefined ? { detail: [] } : { detail: [reason], hint: hintAtVendorError(answer.status) }
}

function readDocument(
  answer: HttpAnswer,
  url: URL,
  preset: Pick<Preset, 'id'>,
  issuer: string,
  { detail, hint }: VendorWords,
): Record<string, unknown> {
  const text = answer.body.toString('utf8')
  if (answer.status === 200) {
    const document = jsonObject(text)
    if (document) return withoutNulls(document)
    throw new Failure(
      'provider-failed',
      `${url.host} did not answer with provider metadata`,
      advice('not-found'),
    )
  }
  const [what, error] =
    answer.status >= 500
      ? [`${url.host} failed`, 'server_error']
      : answer.status === 404
        ? [`no OpenID Connect provider at ${url.host}`, 'not-found']
        : DENIED.includes(answer.status)
          ? [`the metadata of ${url.host} were refused`, 'denied']
          : [`${url.host} gave no metadata`, 'not-found']
  throw new Failure(
    isLasting(answer.status) ? 'settings' : 'provider-failed',
    `${what} (HTTP ${answer.status})`,
    answer.status < 400
      ? { hint: 'Check the issuer URL. ls-auth does not follow redirects there.' }
      : { detail, ...(PASSING.includes(answer.status) ? PATIENCE : advice(error)) },
  )

  /** The response body is matched against known provider messages; of it only an error in the provider's own form is shown. */
  function advice(error: string): { hint: string | undefined } {
    const asked = { where: 'discovery', description: text, ...(hint === undefined && { error }) } as const
    return { hint: hintFor(preset.id, asked, { issuer }) ?? hint }
  }
}

/** Some providers write `null` for what they do not have. */
const withoutNulls = (document: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))

/** Whether a host is this machine, its network card, or unspecified, in every form (RFC 6761 §6.3, RFC 6890 §2.2). */
function isLocal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '')
  if (isIP(host) === 0) return /(^|\.)localhost$/.test(host)
  const local = new BlockList()
  for (const [network, bits] of LOCAL) local.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4')
  // It also finds IPv4 addresses that are written as those of IPv6.
  return local.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

const LOCAL = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['::', 96],
  ['fe80::', 10],
] as const

/**
 * Endpoints may be on other hosts, but not on plain http, loopback or a link-local address: metadata must not cause requests to
 * local services (SSRF). An issuer that is itself on loopback may name other loopback ports. Failure `refused`.
 */
export function checkEndpoint(name: string, value: unknown, issuer: string): void {
  if (value === undefined) return
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const home = new URL(issuer)
  const wrong =
    !url || url.username || url.password
      ? 'is not a plain URL'
      : url.protocol !== 'https:' && !(isLoopback(home) && url.protocol === 'http:' && isLoopback(url))
        ? 'is not https'
        : isLocal(url) && !isLocal(home)
          ? 'is on a local address'
          : undefined
  if (!wrong) return
  throw new Failure('refused', `the provider's ${name} ${wrong}`, {
    detail: [safeText(String(value), 200)],
  })
}

/** The first of the scopes that the provider lists (optional in Discovery 1.0 §3), made safe for a terminal. */
export const scopesSupported = ({ scopes_supported: listed }: IssuerMetadata): readonly string[] =>
  Array.isArray(listed)
    ? listed
        .filter((scope) => typeof scope === 'string')
        .slice(0, 20)
        .map((scope) => safeText(scope, 60))
    : []

/** Those of `scopes` that the provider does not list; none where it lists nothing. */
export const scopesUnlisted = (
  { scopes_supported: listed }: IssuerMetadata,
  scopes: readonly string[],
): readonly string[] =>
  Array.isArray(listed) && listed.length > 0 ? scopes.filter((scope) => !listed.includes(scope)) : []

/**
 * The client without the optional scopes that the provider does not list: an unknown scope may cost the whole request.
 * An OpenID provider need not list them.
 */
export function withListedScopes<T extends PartialClient>(
  client: T,
  { metadata, kind }: Pick<Discovered<IssuerMetadata>, 'metadata' | 'kind'>,
): T {
  const { optionalScopes: optional = [], preset } = client
  const { scopes_supported: listed } = metadata
  if (optional.length === 0 || (kind === 'openid' && !Array.isArray(listed))) return client
  const isListed = (scope: string) => Array.isArray(listed) && listed.includes(scope)
  const scopes = preset.scopes.filter((scope) => !optional.includes(scope) || isListed(scope))
  return { ...client, preset: { ...preset, scopes } }
}
