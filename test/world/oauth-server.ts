import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { SecretSet } from './canaries.ts'
import { httpServer, listen } from './loopback-server.ts'

/** What a path answers. */
export interface OAuthPage {
  readonly status: number
  readonly body: string | object
  readonly location?: string
  /** In place of the content type of its body. */
  readonly type?: string
}

/** How a plain OAuth server with an API beside it differs from the default, which has the shape of Dash0's. */
export interface OAuthShape {
  /** Path of the issuer behind the origin. */
  readonly issuerPath?: string
  /** Path of the API, which is the resource. */
  readonly apiPath?: string
  /** Members of the metadata; undefined takes one away. */
  readonly metadata?:
    | Readonly<Record<string, unknown>>
    | ((issuer: string) => Readonly<Record<string, unknown>>)
  /** Other paths with what they answer: text is HTML, an object JSON. */
  readonly pages?: Readonly<Record<string, OAuthPage>>
  readonly scopes?: readonly string[]
  /** What the challenge of the API asks for. */
  readonly challengeScope?: string
  readonly refusesResource?: true
  /** The redirect URIs that a registration answers with, in place of those asked for. */
  readonly registeredUris?: readonly string[]
  readonly accessSeconds?: number
  readonly userinfo?: Readonly<Record<string, unknown>> | undefined
}

/** A running one. */
export interface OAuthServer {
  readonly origin: string
  readonly issuer: string
  /** The address of the API. */
  readonly api: string
  /** `METHOD /path` of each request. */
  readonly requests: readonly string[]
  /** Parameters of the requests to an endpoint. */
  asked(endpoint: 'authorize' | 'token' | 'register' | 'revoke'): readonly Readonly<Record<string, unknown>>[]
  readonly refreshes: number
  /** Each refresh token that came: when (`performance.now()`), from which port, and whether it was good. */
  readonly renewals: readonly { readonly at: number; readonly port: number; readonly isGood: boolean }[]
  /** Sign-ins that ended because a refresh token came twice. */
  readonly familiesRevoked: number
  /** Whether an access token is good now. */
  accepts(token: string): boolean
  readonly secrets: ReadonlySet<string>
  /** Access tokens that were given out are refused from now on. */
  forgetTokens(): void
  close(): Promise<void>
}

const REDIRECT = /^http:\/\/(?:127\.0\.0\.1|localhost):\d+\/(?:oauth\/)?callback$/

/** One sign-in: all tokens that were given out for it. */
interface Family {
  readonly scope: string
  isOver: boolean
}

/**
 * An authorization server without OpenID Connect: opaque tokens, PKCE, and an API that takes them. Each refresh token works
 * once; one that comes again ends the sign-in (RFC 9700 §4.14.2).
 */
export async function startOAuthServer(shape: OAuthShape = {}): Promise<OAuthServer> {
  const { issuerPath = '', apiPath = '', scopes = ['*'], accessSeconds = 900 } = shape
  const secrets = new SecretSet()
  const requests: string[] = []
  const asked: Record<string, Record<string, unknown>[]> = {
    authorize: [],
    token: [],
    register: [],
    revoke: [],
  }
  const codes = new Map<string, URLSearchParams>()
  const refreshTokens = new Map<string, Family>()
  const spent = new Map<string, Family>()
  const tokens = new Map<string, { readonly family: Family; readonly endsAt: number }>()
  let [refreshes, familiesRevoked] = [0, 0]
  const renewals: { at: number; port: number; isGood: boolean }[] = []
  const accepts = (token: string) => {
    const held = tokens.get(token)
    return held !== undefined && !held.family.isOver && Date.now() < held.endsAt
  }
  const secret = (prefix: string) => {
    const made = `${prefix}_${randomBytes(24).toString('base64url')}`
    secrets.add(made)
    return made
  }
  const answer = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
      ...headers,
    })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const grant = (family: Family) => {
    const { scope } = family
    const [access_token, refresh_token] = [secret('at'), secret('rt')]
    tokens.set(access_token, { family, endsAt: Date.now() + accessSeconds * 1000 })
    refreshTokens.set(refresh_token, family)
    return {
      access_token,
      refresh_token,
      token_type: 'Bearer',
      expires_in: accessSeconds,
      ...(scope !== '' && { scope }),
    }
  }
  const metadata = () => ({
    issuer: server.issuer,
    authorization_endpoint: `${server.origin}/oauth/authorize`,
    token_endpoint: `${server.origin}/oauth/token`,
    registration_endpoint: `${server.origin}/oauth/register`,
    revocation_endpoint: `${server.origin}/oauth/revoke`,
    ...('userinfo' in shape && shape.userinfo === undefined
      ? {}
      : { userinfo_endpoint: `${server.origin}/oauth/userinfo` }),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: scopes,
    ...(typeof shape.metadata === 'function' ? shape.metadata(server.issuer) : shape.metadata),
  })
  const challenge = () =>
    `Bearer resource_metadata="${server.origin}/.well-known/oauth-protected-resource${apiPath}"${shape.challengeScope === undefined ? '' : `, scope="${shape.challengeScope}"`}`

  const authorize = (url: URL, response: ServerResponse) => {
    const form = url.searchParams
    asked.authorize?.push(Object.fromEntries(form))
    const redirect = form.get('redirect_uri') ?? ''
    if (!REDIRECT.test(redirect)) return answer(response, 400, '<p>Unknown redirect URI.</p>')
    const back = new URL(redirect)
    back.searchParams.set('state', form.get('state') ?? '')
    back.searchParams.set('iss', server.issuer)
    const unknown = (form.get('scope') ?? '')
      .split(' ')
      .find((scope) => scope !== '' && !scopes.includes(scope))
    if (form.get('code_challenge_method') !== 'S256') back.searchParams.set('error', 'invalid_request')
    else if (shape.refusesResource && form.has('resource')) back.searchParams.set('error', 'invalid_target')
    else if (unknown !== undefined) back.searchParams.set('error', 'invalid_scope')
    else {
      const code = secret('code')
      codes.set(code, form)
      back.searchParams.set('code', code)
    }
    answer(response, 302, '', { location: back.href })
  }

  const token = (form: URLSearchParams, response: ServerResponse, port: number) => {
    asked.token?.push(Object.fromEntries(form))
    const refresh = form.get('refresh_token')
    if (refresh !== null) {
      const family = refreshTokens.get(refresh)
      refreshTokens.delete(refresh)
      const again = spent.get(refresh)
      if (again?.isOver === false) {
        again.isOver = true
        familiesRevoked += 1
      }
      const isGood = family !== undefined && !family.isOver
      renewals.push({ at: performance.now(), port, isGood })
      if (!isGood) return answer(response, 400, { error: 'invalid_grant' })
      spent.set(refresh, family)
      refreshes += 1
      return answer(response, 200, grant(family))
    }
    const request = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (request?.get('code_challenge') !== proof || request.get('redirect_uri') !== form.get('redirect_uri'))
      return answer(response, 400, { error: 'invalid_grant' })
    answer(response, 200, grant({ scope: request.get('scope') ?? '', isOver: false }))
  }

  const http = httpServer(async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', server.origin)
    const { pathname } = url
    const { remotePort: port = 0 } = request.socket
    requests.push(`${request.method} ${pathname}`)
    const body = await text(request)
    const page = shape.pages?.[pathname]
    if (page)
      return answer(response, page.status, page.body, {
        ...(page.location !== undefined && { location: page.location }),
        ...(page.type !== undefined && { 'content-type': page.type }),
      })
    if (pathname === `/.well-known/oauth-authorization-server${issuerPath}`)
      return answer(response, 200, metadata())
    if (pathname === `/.well-known/oauth-protected-resource${apiPath}`)
      return answer(response, 200, {
        resource: server.api,
        authorization_servers: [server.issuer],
        scopes_supported: scopes,
        ls_auth: { backend: 'tempo' },
      })
    const bearer = accepts(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    if (pathname === '/oauth/authorize') return authorize(url, response)
    if (pathname === '/oauth/token') return token(new URLSearchParams(body), response, port)
    if (pathname === '/oauth/register') {
      const wanted = JSON.parse(body)
      asked.register?.push(wanted)
      return answer(response, 201, {
        ...wanted,
        client_id: `client-${randomBytes(6).toString('hex')}`,
        redirect_uris: shape.registeredUris ?? wanted.redirect_uris,
      })
    }
    if (pathname === '/oauth/revoke') {
      const form = new URLSearchParams(body)
      asked.revoke?.push(Object.fromEntries(form))
      refreshTokens.delete(form.get('token') ?? '')
      tokens.delete(form.get('token') ?? '')
      return answer(response, 200, {})
    }
    if (pathname === '/oauth/userinfo' && bearer)
      return answer(response, 200, shape.userinfo ?? { sub: 'u-1', email: 'ada@acme.example' })
    if (pathname.includes('/.well-known/')) return answer(response, 404, { error: 'nothing here' })
    if (!bearer) return answer(response, 401, { error: 'no token' }, { 'www-authenticate': challenge() })
    if (
      pathname.endsWith('/api/search/tag/service.name/values') ||
      pathname.endsWith('/api/v2/search/tag/resource.service.name/values')
    )
      return answer(response, 200, { tagValues: [{ type: 'string', value: 'checkout' }] })
    answer(response, 404, { error: 'nothing here' })
  })
  const listening = await listen(http)
  const origin = `http://127.0.0.1:${listening.port}`
  const server: OAuthServer = {
    origin,
    issuer: `${origin}${issuerPath}`,
    api: `${origin}${apiPath}`,
    requests,
    asked: (endpoint) => asked[endpoint] ?? [],
    get refreshes() {
      return refreshes
    },
    get familiesRevoked() {
      return familiesRevoked
    },
    accepts,
    renewals,
    secrets,
    forgetTokens: () => tokens.clear(),
    close: () => listening.close(),
  }
  return server
}
