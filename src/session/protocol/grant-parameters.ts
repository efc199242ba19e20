import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Preset } from '../../providers/preset.ts'
import { safeText } from '../../text/safe-text.ts'

/** Scope and audience parameters of a sign-in, as this provider expects them. */
export const scopeParameters = (client: Client): Record<string, string> =>
  grantParameters(client, client.preset.scopes, client.audience)

/**
 * Request parameters for an access token for `audience`: scopes, and the audience parameter this provider knows.
 * Where an administrator configures the audience it cannot be requested: a Failure beats a token for the wrong API.
 */
export function grantParameters(
  client: Pick<Client, 'preset'>,
  scopes: readonly string[],
  audience: string | undefined,
): Record<string, string> {
  const scope = scopes.join(' ')
  if (audience === undefined) return scope === '' ? {} : { scope }
  switch (client.preset.audience) {
    case 'audience':
      return withScope(scope, { audience })
    case 'resource':
      return withScope(scope, { resource: audience })
    case 'scope': {
      if (scopes.some((one) => one.startsWith(`${audience}/`))) return { scope }
      if (client.preset.onlyNamedScopes) throw notTaken(client.preset, audience)
      // A scope of Entra: whatever has been agreed for this API.
      return { scope: `${scope} ${audience}/.default`.trim() }
    }
    case 'cross-client':
      return { scope: `${scope} audience:server:client_id:${audience}`.trim() }
    case 'none':
      // Unknown provider: `resource` (RFC 8707) for an absolute URI, else the older `audience` parameter.
      return /^[a-z][a-z0-9+.-]*:/i.test(audience)
        ? withScope(scope, { resource: audience })
        : withScope(scope, { audience })
    default:
      throw notTaken(client.preset, audience)
  }
}

const notTaken = (preset: Preset, audience: string): Failure =>
  new Failure(
    'cannot-do',
    `${preset.name} takes no audience ${preset.resourceInstead ? 'as a scope' : 'from the client'}`,
    {
      detail: [`asked for ${safeText(audience, 120)}`],
      hint:
        preset.resourceInstead ??
        (preset.audience === 'server'
          ? 'The issuer decides the audience. Use the authorization server for this API and remove audience.'
          : 'An administrator maps the audience to a scope. Request that scope and remove audience.'),
    },
  )

const withScope = (scope: string, parameter: Record<string, string>): Record<string, string> =>
  scope === '' ? parameter : { scope, ...parameter }

/** The grant type of the device flow (RFC 8628 §3.4). */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
