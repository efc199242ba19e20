import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { httpServer, listen, type ServerIdentity } from './loopback-server.ts'
import { type ProofError, type ProofRules, proofChecker } from './proof-check.ts'

/** Whom the gateway lets through, and to where. */
export interface GatewayOptions {
  /** The provider's issuer; its keys are found through discovery, at the first request. */
  issuer: string
  audience: string
  /** A scope the token must have. */
  scope: string
  /** The parameters of a challenge for a token whose sign-in is not good enough. */
  stepUp?: (claims: JWTPayload) => string | undefined
  /** The caller must be in one of these, when given. */
  groups?: readonly string[]
  /** Origin of the API behind, without a path. */
  upstream: string
  /** What the API takes instead of the caller's token. */
  apiKey: string
  tls?: ServerIdentity
  port?: number
  /** What it says about signing in, as the member `ls_auth` (RFC 9728); it says nothing when absent. */
  signIn?: Readonly<Record<string, string>>
  /** Takes tokens that are bound to a key, and no others. Read at each request. */
  proofs?: ProofRules
  /** Whoever may read may take snapshots at a Lightstep behind, too. */
  takesSnapshots?: boolean
  /** How it gets to the provider; the global fetch when absent. */
  fetch?: typeof fetch
}

/** A line of the access log. The identity is absent when the token was refused before it could be believed. */
export interface GatewayLogLine {
  readonly iss?: string
  readonly sub?: string
  readonly client?: string
  readonly jti?: string
  readonly method: string
  readonly path: string
  readonly status: number
}

/** A running gateway. */
export interface Gateway {
  /** Origin, without a path. */
  readonly url: string
  readonly log: readonly GatewayLogLine[]
  readonly connections: number
  readonly requests: number
  /** Requests (numbered from 1) whose token is refused although it is good: a key that was just withdrawn. */
  distrusts: (n: number) => boolean
  close(): Promise<void>
}

/** Why a request goes no further, as RFC 6750 section 3 words it. */
interface Refusal {
  readonly status: number
  readonly error?: ProofError | 'insufficient_scope'
  readonly description?: string
}

const HOP_BY_HOP = new Set(
  'authorization connection cookie dpop host keep-alive proxy-authorization te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)

const METADATA_PATH = '/.well-known/oauth-protected-resource'

/** Reading, though the method says otherwise: queries too long for an address. */
const READING_POST = /\/telemetry\/(query_timeseries|attributes)$/

/**
 * Starts a gateway that turns a person's access token into the API's key: it verifies the token, throws it away,
 * puts the key in its place and writes down who asked for what. Reads only.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const log: GatewayLogLine[] = []
  let requests = 0
  let keys: Promise<JWTVerifyGetKey> | undefined
  const findKeys = () => {
    keys ??= discoverKeys(options.issuer, options.fetch ?? fetch)
    keys.catch(() => {
      keys = undefined
    })
    return keys
  }
  const proofs = proofChecker(() => options.proofs ?? {})
  const server = httpServer(async (request, response) => {
    const n = ++requests
    const { method = 'GET', url = '/' } = request
    let claims: JWTPayload | undefined
    response.once('close', () => {
      log.push({
        ...identity(claims),
        method,
        path: url,
        status: response.writableFinished ? response.statusCode : 0,
      })
    })
    if (method !== 'POST') request.resume()
    if (options.signIn && url === METADATA_PATH) return describe(response, gateway.url, options)
    try {
      const scheme = options.proofs ? /^dpop +(\S+)$/i : /^bearer +(\S+)$/i
      const token = scheme.exec(request.headers.authorization ?? '')?.[1]
      if (!token) return refuse(response, options, { status: 401 })
      const verified = await verify(token, await findKeys(), options)
      claims = verified.claims
      if (options.proofs && claims) {
        response.setHeader('date', new Date(proofs.now()).toUTCString())
        const error = await proofs.check(request, gateway.url, token, claims)
        const nonce = proofs.nonce()
        if (nonce) response.setHeader('dpop-nonce', nonce)
        if (error) return refuse(response, options, { status: 401, error, description: 'see the proof' })
      }
      if (gateway.distrusts(n)) {
        const description = 'the token cannot be accepted'
        return refuse(response, options, { status: 401, error: 'invalid_token', description })
      }
      const wanted = claims && options.stepUp?.(claims)
      if (wanted !== undefined) {
        response.setHeader('www-authenticate', `Bearer realm="traces", ${wanted}`)
        return problem(response, 401, 'step_up', 'another sign-in is required')
      }
      if (verified.refusal) return refuse(response, options, verified.refusal)
      const takes = READING_POST.test(url) || (options.takesSnapshots === true && /\/snapshots$/.test(url))
      if (method !== 'GET' && !(method === 'POST' && takes)) {
        return problem(response, 405, 'method_not_allowed', 'reads only')
      }
      forward(request, response, options)
    } catch {
      problem(response, 503, 'temporarily_unavailable', 'the identity provider cannot be reached')
    }
  }, options.tls)
  const listening = await listen(server, options.port)
  const gateway: Gateway = {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${listening.port}`,
    log,
    get connections() {
      return listening.connections
    },
    get requests() {
      return requests
    },
    distrusts: () => false,
    close: () => listening.close(),
  }
  return gateway
}

/** Protected resource metadata (RFC 9728 §2). */
function describe(response: ServerResponse, url: string, { issuer, scope, signIn }: GatewayOptions): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      resource: url,
      authorization_servers: [issuer],
      scopes_supported: [scope],
      bearer_methods_supported: ['header'],
      ls_auth: signIn,
    }),
  )
}

/** The keys of an issuer, found through discovery. */
export async function discoverKeys(issuer: string, get: typeof fetch): Promise<JWTVerifyGetKey> {
  const response = await get(`${issuer}/.well-known/openid-configuration`, { redirect: 'error' })
  const metadata = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (metadata.issuer !== issuer || typeof metadata.jwks_uri !== 'string') throw new Error('bad metadata')
  // No cool-down: a test rotates the keys and expects the next request to work.
  return createRemoteJWKSet(new URL(metadata.jwks_uri), { cooldownDuration: 0, [customFetch]: get })
}

async function verify(
  token: string,
  keys: JWTVerifyGetKey,
  options: GatewayOptions,
): Promise<{ claims?: JWTPayload; refusal?: Refusal }> {
  let claims: JWTPayload
  try {
    const { issuer, audience } = options
    const algorithms = ['RS256', 'ES256']
    claims = (await jwtVerify(token, keys, { issuer, audience, algorithms, requiredClaims: ['exp'] })).payload
  } catch (error) {
    if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error
    const expired = error instanceof errors.JWTExpired
    const description = expired ? 'the token has expired' : 'the token cannot be accepted'
    return { refusal: { status: 401, error: 'invalid_token', description } }
  }
  const lacks = (description: string): { claims: JWTPayload; refusal: Refusal } => ({
    claims,
    refusal: { status: 403, error: 'insufficient_scope', description },
  })
  if (!words(claims.scope).includes(options.scope)) return lacks(`scope ${options.scope} is required`)
  const groups = Array.isArray(claims.groups) ? claims.groups : []
  if (options.groups && !options.groups.some((group) => groups.includes(group))) {
    return lacks(`membership in one of these groups is required: ${options.groups.join(' ')}`)
  }
  return { claims }
}

function forward(request: IncomingMessage, response: ServerResponse, options: GatewayOptions): void {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.has(name)),
  )
  const target = new URL(request.url ?? '/', options.upstream)
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const upstream = send(target, {
    method: request.method,
    headers: { ...headers, authorization: `Bearer ${options.apiKey}` },
    agent: false,
  })
  upstream.once('response', (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name))
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept))
    answer.pipe(response)
  })
  upstream.on('error', () => {
    if (response.headersSent) response.destroy()
    else problem(response, 502, 'bad_gateway', 'the trace API cannot be reached')
  })
  response.once('close', () => upstream.destroy())
  if (request.method === 'POST') request.pipe(upstream)
  else upstream.end()
}

function refuse(response: ServerResponse, options: GatewayOptions, refusal: Refusal): void {
  const parameters = {
    realm: 'traces',
    ...(refusal.error && { error: refusal.error, error_description: refusal.description }),
    ...(refusal.error !== 'invalid_token' && { scope: options.scope }),
  }
  const challenge = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
  const scheme = options.proofs ? 'DPoP algs="ES256",' : 'Bearer'
  response.setHeader('www-authenticate', `${scheme} ${challenge.join(', ')}`)
  problem(
    response,
    refusal.status,
    refusal.error ?? 'unauthorized',
    refusal.description ?? 'a token is required',
  )
}

function problem(response: ServerResponse, status: number, error: string, description: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error, error_description: description }))
}

function identity(claims: JWTPayload | undefined): Partial<GatewayLogLine> {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const found = {
    iss: claims?.iss,
    sub: claims?.sub,
    client: text(claims?.client_id) ?? text(claims?.azp),
    jti: claims?.jti,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

function words(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
}
