import type { Client, Workload } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { discover, type Metadata } from '../documents/metadata.ts'
import { readAssertionKey } from '../protocol/assertion-key.ts'
import { openProvider } from '../protocol/connection.ts'
import type { ClientAssertion } from '../protocol/exchange.ts'
import { grantParameters } from '../protocol/grant-parameters.ts'
import type { Tokens } from '../protocol/tokens.ts'
import type { Want } from '../renewal/freshness.ts'
import { readPrivateText } from '../store/private-file.ts'
import type { Proof } from './proof.ts'

const GRANT_TYPES = {
  'token-exchange': 'urn:ietf:params:oauth:grant-type:token-exchange',
  'jwt-bearer': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'client-credentials': 'client_credentials',
} as const

/**
 * A token from the provider's token endpoint, for the proof or for the client's own credentials. Failures: `settings`
 * (key or secret), those of discovery and of the grant.
 */
export async function grantedToken(
  client: Client,
  workload: Workload,
  want: Want,
  proof: Proof | undefined,
  ports: Ports,
): Promise<{ readonly tokens: Tokens; readonly metadata: Metadata }> {
  const { grant, clientAuth } = workload
  // Before any request: a key or a secret that cannot be used is a matter of this machine.
  const assertion = await assertionFor(workload, proof, ports)
  const secret = await secretFor(client, workload, ports)
  const http = await ports.http(client.http)
  const { metadata, skewSeconds } = await discover(client.issuer, client.preset, http, ports.clock)
  const withSecret = clientAuth === 'client_secret_basic' || clientAuth === 'client_secret_post'
  const preset = { ...client.preset, clientAuth: withSecret ? clientAuth : ('none' as const) }
  const known = { metadata, skewSeconds, jwks: undefined, secret, ...(assertion && { assertion }) }
  const provider = await openProvider({ ...client, preset }, known, http, ports)
  const type = GRANT_TYPES[grant as keyof typeof GRANT_TYPES]
  const parameters = { ...requested(client, grant, want), ...proofParameters(grant, proof) }
  return { tokens: await provider.grant(type, parameters), metadata }
}

async function assertionFor(
  { clientAuth, assertionKey, assertionKeyId }: Workload,
  proof: Proof | undefined,
  ports: Ports,
): Promise<ClientAssertion | undefined> {
  if (clientAuth === 'source_token' && proof) return { proof: proof.value }
  if (clientAuth !== 'private_key_jwt' || assertionKey === undefined) return undefined
  const { key, kid } = await readAssertionKey(assertionKey, ports)
  return { key, kid: assertionKeyId ?? kid }
}

async function secretFor(
  { clientSecretFile }: Client,
  { clientAuth }: Workload,
  ports: Ports,
): Promise<string | undefined> {
  if (clientAuth !== 'client_secret_basic' && clientAuth !== 'client_secret_post') return undefined
  if (clientSecretFile !== undefined) return readPrivateText(clientSecretFile, 'client secret file', ports)
  throw new Failure('settings', `client_auth = "${clientAuth}" needs a secret`, {
    hint: 'Put it into a file of mode 0600 and set LS_AUTH_CLIENT_SECRET_FILE to its path.',
  })
}

/** Scope and audience of the token. RFC 8693 §2.1 has its own `audience`, whoever decides it at a sign-in. */
function requested(client: Client, grant: Workload['grant'], want: Want): Record<string, string> {
  const scopes = want.scopes === '' ? client.preset.scopes : want.scopes.split(' ')
  const { preset } = client
  const own = ['server', 'mapper'].includes(preset.audience) || isByNamedScope(preset)
  const asked = own && grant === 'token-exchange' ? { ...preset, audience: 'audience' as const } : preset
  return grantParameters({ preset: asked }, scopes, want.audience || client.audience)
}

const isByNamedScope = ({ audience, onlyNamedScopes }: Client['preset']): boolean =>
  audience === 'scope' && onlyNamedScopes === true

/** RFC 8693 §2.1 and §3, RFC 7523 §2.1. */
function proofParameters(grant: Workload['grant'], proof: Proof | undefined): Record<string, string> {
  if (!proof) return {}
  if (grant === 'jwt-bearer') return { assertion: proof.value }
  if (grant !== 'token-exchange') return {}
  return {
    subject_token: proof.value,
    subject_token_type: `urn:ietf:params:oauth:token-type:${proof.claims ? 'jwt' : 'access_token'}`,
  }
}
