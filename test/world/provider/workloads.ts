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
  /** ID-JAG: the clients that a company's provider makes assertions for, by issuer; or the company whose assertions are taken. */
  readonly assertions?: {
    readonly madeFor?: () => Readonly<Record<string, string>>
    readonly takenFrom?: () => string
  }
}

export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
/** Lives of an assertion and of a token for it, seconds. */
export const ASSERTED = { assertion: 1200, token: 300 } as const

interface Signer {
  readonly issuer: string
  readonly sign: (claims: Record<string, unknown>, header: Record<string, unknown>) => Promise<string>
}

/** draft-ietf-oauth-identity-assertion-authz-grant: leg 1 at the company, leg 2 at the API's own server. */
export function registerAssertionGrants(
  oidc: OidcProvider,
  { madeFor, takenFrom }: NonNullable<WorkloadClients['assertions']>,
  { issuer: ours, sign }: Signer,
): void {
  if (madeFor) {
    const make = async (ctx: Context) => {
      const { client, params = {} } = ctx.oidc
      const { requested_token_type: type, subject_token: subject, audience } = params
      if (type !== ID_JAG || params.subject_token_type !== 'urn:ietf:params:oauth:token-type:id_token')
        throw refusal('invalid_request', 'unknown token type')
      const forClient = madeFor()[String(audience)]
      if (forClient === undefined) throw refusal('invalid_target', 'unknown audience')
      const keys = createRemoteJWKSet(new URL(`${ours}/jwks`))
      const { payload } = await jwtVerify(String(subject), keys, {
        issuer: ours,
        audience: String(client?.clientId),
      })
      const now = Math.floor(Date.now() / 1000)
      const { resource, scope } = params
      const times = { iat: now, exp: now + ASSERTED.assertion, jti: String(Math.random()) }
      const claims = {
        iss: ours,
        sub: payload.sub,
        aud: audience,
        client_id: forClient,
        resource,
        scope,
      }
      ctx.body = {
        access_token: await sign({ ...claims, ...times }, { typ: 'oauth-id-jag+jwt' }),
        issued_token_type: ID_JAG,
        token_type: 'N_A',
        expires_in: ASSERTED.assertion,
      }
    }
    const parameters = ['scope', 'resource', 'audience', 'requested_token_type']
    oidc.registerGrantType(TOKEN_EXCHANGE, make, [...parameters, 'subject_token', 'subject_token_type'])
  }
  if (takenFrom) {
    const take = async (ctx: Context) => {
      const { client, params = {} } = ctx.oidc
      const issuer = takenFrom()
      const { payload } = await jwtVerify(
        String(params.assertion),
        createRemoteJWKSet(new URL(`${issuer}/jwks`)),
        { issuer, audience: ours, typ: 'oauth-id-jag+jwt' },
      ).catch((error) => {
        throw refusal('invalid_grant', error.message)
      })
      if (payload.client_id !== client?.clientId) throw refusal('invalid_grant', 'of another client')
      const [resource, scope] = [String(payload.resource), String(payload.scope)]
      const token = new oidc.ClientCredentials({ client, scope })
      token.resourceServer = new oidc.ResourceServer(resource, {
        scope,
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: ASSERTED.token,
      })
      ctx.body = {
        access_token: await token.save(),
        token_type: 'Bearer',
        expires_in: ASSERTED.token,
        scope,
      }
    }
    oidc.registerGrantType(JWT_BEARER, take, ['scope', 'resource', 'assertion'])
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
