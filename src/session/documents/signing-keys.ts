import type { Client } from '../../client.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
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
