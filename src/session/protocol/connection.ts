import type { Client } from '../../client.ts'
import type { ProofKey } from '../../dpop/proof-key.ts'
import { Failure } from '../../errors.ts'
import type { Http } from '../../ports/http.ts'
import type { Ports } from '../../ports/ports.ts'
import { redirectUris } from '../../providers/presets.ts'
import { discover, type Metadata, scopesSupported, scopesUnlisted, usable } from '../documents/metadata.ts'
import type { SessionBody } from '../store/session-file.ts'
import type { ClientAssertion, ProviderOptions } from './exchange.ts'
import type { Provider } from './provider.ts'

/** The provider of a session: from cached metadata while it is fresh, else discovered again (with its Failures). */
export async function connect(
  client: Client,
  body: Partial<SessionBody> | undefined,
  ports: Ports,
): Promise<Provider> {
  const now = ports.clock.now()
  const http = await ports.http(client.http)
  const { metadata, skewSeconds = 0, jwks, clientSecret, proofKey } = body ?? {}
  const asked = () => discover(client.issuer, client.preset, http, ports.clock)
  const rediscover = async () => (await asked()).metadata
  const fresh = usable(metadata, now)
    ? { metadata: metadata?.value as Metadata, skewSeconds, rediscover }
    : await asked()
  const known = { ...fresh, jwks: usable(jwks, now) ? jwks : undefined }
  return openProvider(client, { ...known, secret: clientSecret?.value, proofKey }, http, ports)
}

/**
 * The provider as it describes itself now, when its token endpoint is another one than cached metadata name. Undefined:
 * it is the same one, or the provider cannot be asked.
 */
export async function reconnect(
  client: Client,
  { metadata: cached, ...body }: SessionBody,
  ports: Ports,
): Promise<Provider | undefined> {
  if (!usable(cached, ports.clock.now())) return undefined
  try {
    const provider = await connect(client, body, ports)
    return provider.metadata.token_endpoint === cached?.value.token_endpoint ? undefined : provider
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

interface Known {
  readonly metadata: Metadata
  readonly skewSeconds: number
  /** Of metadata that were just fetched for a sign-in. */
  readonly kind?: 'openid' | 'oauth'
  readonly jwks: SessionBody['jwks']
  /** A confidential client's secret. */
  readonly secret: string | undefined
  readonly assertion?: ClientAssertion
  /** Of a sign-in whose tokens are bound to one. */
  readonly proofKey?: ProofKey | undefined
  readonly mayRevoke?: ProviderOptions['mayRevoke']
  readonly rediscover?: ProviderOptions['rediscover']
}

/** The provider as its metadata describe it; loads the protocol library. */
export async function openProvider(
  client: Client,
  known: Known,
  http: Http,
  ports: Ports,
): Promise<Provider> {
  const { connectProvider } = await import('./provider.ts')
  return connectProvider({
    clientId: client.clientId,
    resource: client.resource,
    secret: client.publicSecret ?? known.secret,
    metadata: known.metadata,
    isPlainOAuth: known.kind === 'oauth',
    ...(known.assertion && { assertion: known.assertion }),
    ...(known.proofKey && { proofKey: known.proofKey }),
    ...(known.mayRevoke && { mayRevoke: known.mayRevoke }),
    ...(known.rediscover && { rediscover: known.rediscover }),
    http,
    clock: ports.clock,
    beforeEnd: (work) => ports.signals.beforeEnd(work),
    skewSeconds: known.skewSeconds,
    jwks: known.jwks,
    preset: client.preset,
    hintValues: {
      issuer: client.issuer,
      client: client.clientId,
      redirect: redirectUris(client.preset),
      scopes: client.preset.scopes,
      confidential: client.publicSecret === undefined && known.secret !== undefined,
      supported: scopesSupported(known.metadata),
      unlisted: scopesUnlisted(known.metadata, client.preset.scopes),
    },
  })
}
