import { randomUUID } from 'node:crypto'
import { SecretSet } from './canaries.ts'
import { httpServer, listen } from './loopback-server.ts'
import { firstSigningKey, signJwt } from './provider/keys.ts'

/** One request for a token, as the runner of a CI job saw it. */
export interface TokenRequest {
  readonly authorization: string | undefined
  readonly audience: string | null
  readonly status: number
}

/**
 * A CI platform on loopback: an issuer with metadata and keys, and the endpoint at which a job asks for its token
 * (docs.github.com, "OpenID Connect reference").
 */
export interface CiPlatform {
  readonly issuer: string
  readonly jwksUri: string
  /** The variables of a job that may ask. */
  readonly variables: Readonly<Record<string, string>>
  readonly requests: readonly TokenRequest[]
  /** Every token and password it has given. */
  readonly secrets: Set<string>
  /** Claims on top of the usual ones. */
  claims: Record<string, unknown>
  /** The endpoint fails with this status. */
  broken: number | undefined
  /** Signs a token without the endpoint. */
  sign(audience: string, claims?: Record<string, unknown>): string
  close(): Promise<void>
}

export const REPOSITORY = 'acme/app'
export const SUBJECT = 'repo:acme/app:environment:prod'
/** Life of its tokens, seconds. */
const LIFE = 300

export async function startCiPlatform(): Promise<CiPlatform> {
  const key = await firstSigningKey()
  const password = `job-password-${randomUUID()}`
  const requests: TokenRequest[] = []
  const secrets = new SecretSet()
  secrets.add(password, 'never')
  const server = httpServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/.well-known/openid-configuration')
      return json(200, { issuer, jwks_uri: platform.jwksUri })
    if (url.pathname === '/keys') {
      const { kty, n, e, kid, alg, use } = key.jwk
      return json(200, { keys: [{ kty, n, e, kid, alg, use }] })
    }
    if (url.pathname !== '/token') return json(404, {})
    const { authorization } = request.headers
    const audience = url.searchParams.get('audience')
    const isAllowed =
      request.method === 'GET' &&
      authorization?.toLowerCase() === `bearer ${password}` &&
      url.searchParams.get('api-version') === '2.0'
    const status = platform.broken ?? (isAllowed ? 200 : 401)
    requests.push({ authorization, audience, status })
    // What it refuses holds the password: nothing of it may show.
    if (status !== 200) return json(status, { message: `no: ${authorization}` })
    return json(200, { count: 1, value: platform.sign(audience ?? 'https://github.com/acme') })
  })
  const { port, close } = await listen(server)
  const issuer = `http://127.0.0.1:${port}`
  const platform: CiPlatform = {
    issuer,
    jwksUri: `${issuer}/keys`,
    variables: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: password,
    },
    requests,
    secrets,
    claims: {},
    broken: undefined,
    sign(audience, more = {}) {
      const now = Math.floor(Date.now() / 1000)
      const token = signJwt(
        { alg: 'RS256', typ: 'JWT', kid: key.kid },
        {
          iss: issuer,
          aud: audience,
          sub: SUBJECT,
          jti: randomUUID(),
          iat: now,
          nbf: now - 300,
          exp: now + LIFE,
          repository: REPOSITORY,
          ref: 'refs/heads/main',
          environment: 'prod',
          actor: 'ada',
          ...platform.claims,
          ...more,
        },
        key.privateKey,
      )
      secrets.add(token)
      return token
    },
    close,
  }
  return platform
}
