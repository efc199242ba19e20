import type { Ports } from '../ports.ts'
import type { Client } from './client.ts'
import { discover, type Metadata, usable } from './metadata.ts'
import type { Provider } from './provider.ts'
import type { Body } from './sealed-file.ts'

/** The provider of a session: by its cached metadata while they are young, else discovered anew. */
export async function connect(
  client: Client,
  body: Partial<Body> | undefined,
  ports: Ports,
): Promise<Provider> {
  const now = ports.clock.now()
  const http = await ports.http(client.http)
  const fresh = usable(body?.metadata, now)
    ? { metadata: body?.metadata?.value as Metadata, skewSeconds: body?.skewSeconds ?? 0 }
    : await discover(client.issuer, http, ports.clock)
  const { connectProvider } = await import('./provider.ts')
  return connectProvider({
    clientId: client.clientId,
    metadata: fresh.metadata,
    http,
    clock: ports.clock,
    skewSeconds: fresh.skewSeconds,
    jwks: usable(body?.jwks, now) ? body?.jwks : undefined,
    providerName: client.preset.id,
  })
}

/** Parameters every grant request of this client carries (RFC 8707 `resource`, or the provider's own way). */
export function audienceParameters(client: Client): Record<string, string> {
  if (client.audience === undefined) return {}
  return { [client.preset.audience === 'resource' ? 'resource' : 'audience']: client.audience }
}
