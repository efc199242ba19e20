import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { Context, Provider as OidcProvider } from 'oidc-provider'

/** Clients of programs, and the platform whose proofs they may exchange. */
export interface WorkloadClients {
  /** oidc-provider's client metadata. */
  readonly clients: readonly Record<string, unknown>[]
  readonly trust?: {
    readonly issuer: string
    readonly jwksUri: string
    readonly audience: string
    readonly subject: string
  }
}

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** RFC 8693 and RFC 7523 §2.1: a proof of the trusted platform becomes an access token of its client. */
export function registerWorkloadGrants(oidc: OidcProvider, { trust }: WorkloadClients): void {
  const keys = trust && createRemoteJWKSet(new URL(trust.jwksUri))
  const grant = (parameter: string) => async (ctx: Context) => {
    const { client, params = {} } = ctx.oidc
    const proof = String(params[parameter] ?? '')
    if (parameter === 'subject_token' && params.subject_token_type !== 'urn:ietf:params:oauth:token-type:jwt')
      throw refusal('invalid_request', 'unknown subject_token_type')
    try {
      if (!trust || !keys) throw refusal('invalid_grant', 'no platform is trusted')
      const { issuer, audience, subject } = trust
      await jwtVerify(proof, keys, { issuer, audience, subject })
    } catch (error) {
      // As some providers do: the proof stands in the message.
      if (error instanceof errors.JOSEError)
        throw refusal('invalid_grant', `${error.message} in ${proof.slice(0, 60)}`)
      throw error
    }
    const resource = String(params.resource ?? params.audience ?? 'api://traces')
    const scope = params.scope === undefined ? 'traces:read' : String(params.scope)
    const token = new oidc.ClientCredentials({ client, scope })
    token.resourceServer = new oidc.ResourceServer(resource, {
      scope,
      audience: resource,
      accessTokenFormat: 'jwt',
      accessTokenTTL: 600,
    })
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: token.expiration,
      scope,
    }
  }
  const common = ['scope', 'resource', 'audience']
  oidc.registerGrantType(TOKEN_EXCHANGE, grant('subject_token'), [
    ...common,
    'subject_token',
    'subject_token_type',
  ])
  oidc.registerGrantType(JWT_BEARER, grant('assertion'), [...common, 'assertion'])
}

const refusal = (error: string, description: string): Error =>
  Object.assign(new Error(error), {
    error,
    error_description: description,
    status: 400,
    statusCode: 400,
    expose: true,
  })
