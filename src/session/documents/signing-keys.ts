import type { Client } from '../../client.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { type JsonObject, jsonObject } from '../../json-object.ts'
import type { Http } from '../../ports/http.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Preset } from '../../providers/preset.ts'
import type { SessionBody } from '../store/session-file.ts'
import { discoverIssuer, type IssuerMetadata, mayBeElsewhere, usable } from './metadata.ts'

/** A JWKS (RFC 7517 §5), and whether it came from the cache or the provider. */
export interface KeySet {
  readonly keys: Record<string, unknown>
  readonly source: 'cache' | 'provider'
}

/**
 * The provider's JWKS: from the cache while it is fresh, else fetched. `skipCache` fetches it in any case, for a key id
 * that the cache does not have. Failures: `network`, `provider-failed`.
 */
export async function signingKeys(
  client: Pick<Client, 'issuer' | 'http'> & {
    readonly preset: Pick<Preset, 'id' | 'issuerTemplate' | 'metadataAt'>
  },
  body: Partial<SessionBody> | undefined,
  ports: Ports,
  skipCache = false,
): Promise<KeySet> {
  const now = ports.clock.now()
  if (!skipCache && body?.jwks && usable(body.jwks, now)) return { keys: body.jwks.value, source: 'cache' }
  const http = await ports.http(client.http)
  const asked = async () => (await discoverIssuer(client.issuer, client.preset, http, ports.clock)).metadata
  const keys =
    body?.metadata && usable(body.metadata, now)
      ? await currentKeys(body.metadata.value as IssuerMetadata, http, asked)
      : await fetchKeys((await asked()).jwks_uri, http)
  return { keys, source: 'provider' }
}

/**
 * Fetches the JWKS that cached metadata name; where it cannot be had there, from where the provider says now (`asked`)
 * that it is. Failures: `network`, `provider-failed`.
 */
export async function currentKeys(
  cached: IssuerMetadata,
  http: Http,
  asked: () => Promise<IssuerMetadata>,
): Promise<Record<string, unknown>> {
  try {
    return await fetchKeys(cached.jwks_uri, http)
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    const { jwks_uri: known } = cached
    if (known === undefined) throw failure
    if (failure instanceof NetworkFailure && !mayBeElsewhere(failure, known, cached)) throw failure
    const uri = await asked().then(
      (metadata) => metadata.jwks_uri,
      () => known,
    )
    if (uri === known) throw failure
    return fetchKeys(uri, http)
  }
}

/** Fetches a JWKS. Failures: `network`, `provider-failed`; also where there is no address, as at an OAuth server that signs nothing. */
export async function fetchKeys(uri: string | undefined, http: Http): Promise<Record<string, unknown>> {
  if (uri === undefined) throw new Failure('provider-failed', 'the provider publishes no signing keys')
  const url = new URL(uri)
  const answer = await http.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    maxBytes: 256 * 1024,
  })
  const document = answer.status === 200 ? jsonObject(answer.body) : undefined
  if (Array.isArray(document?.keys)) return document
  throw new Failure(
    'provider-failed',
    `${url.host} did not answer with its signing keys (HTTP ${answer.status})`,
  )
}

/** For display only, so the wait for it is short. */
const TIMEOUT_MILLISECONDS = 5_000

/**
 * The claims about a person that a provider gives at its userinfo endpoint alone (OpenID Connect Core §5.3, §5.4).
 * Undefined: it has none, does not answer, or answers for another subject (§5.3.2);
 * without an ID token there is none to compare. The token goes to the provider that
 * issued it and to no other origin. Throws no Failure.
 */
export async function askUserinfo(
  client: Client,
  {
    metadata,
    proofKey,
    skewSeconds = 0,
  }: Partial<Pick<SessionBody, 'metadata' | 'proofKey' | 'skewSeconds'>>,
  accessToken: string,
  subject: unknown,
  ports: Ports,
): Promise<JsonObject | undefined> {
  const { userinfo_endpoint: endpoint, token_endpoint: token } = metadata?.value ?? {}
  if (typeof endpoint !== 'string') return undefined
  const url = new URL(endpoint)
  if (![client.issuer, String(token)].some((one) => URL.canParse(one) && new URL(one).origin === url.origin))
    return undefined
  try {
    const http = await ports.http(client.http)
    const proofs = openProofs(ports.clock)
    proofs.bind(accessToken, proofKey, skewSeconds)
    const ask = async () => {
      const proven = await proofs.headers(accessToken, 'GET', url)
      return http.send({
        method: 'GET',
        url,
        headers: { accept: 'application/json', ...(proven ?? { authorization: `Bearer ${accessToken}` }) },
        maxBytes: 256 * 1024,
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      })
    }
    const before = proofs.lesson()
    const first = await ask()
    const answer = proofs.learn(accessToken, first, before) ? await ask() : first
    const claims = answer.status === 200 ? jsonObject(answer.body) : undefined
    return subject === undefined || claims?.sub === subject ? claims : undefined
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
