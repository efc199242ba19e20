import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'oidc-provider'
import { type Kind, SecretSet } from './canaries.ts'
import { httpServer, listen, type ServerIdentity } from './loopback-server.ts'
import { interactionPages } from './provider/interactions.ts'
import { firstSigningKey, generateSigningKey, type SigningKey, signJwt } from './provider/keys.ts'
import { loadOidcProvider } from './provider/load-quietly.ts'
import { type ProviderRequest, recordRequest } from './provider/requests.ts'
import { CLIENT_ID, providerSettings } from './provider/settings.ts'
import { Store } from './provider/store.ts'
import { type Tamper, tampering } from './provider/tamper.ts'
import {
  registerAssertionGrants,
  registerWorkloadGrants,
  type WorkloadClients,
} from './provider/workloads.ts'

export type { ProviderRequest } from './provider/requests.ts'
export type { Json, RawAnswer, Tamper } from './provider/tamper.ts'

/** How the world's identity provider differs from its defaults. */
export interface ProviderOptions {
  /** 127.0.0.1 port; ephemeral when absent. */
  port?: number
  /** Speaks https with this certificate. */
  tls?: ServerIdentity
  /** The name its issuer goes by; 127.0.0.1, where it listens in any case, when absent. */
  host?: string
  /** Proofs of keys (DPoP) need a nonce of this provider. */
  proofNonce?: boolean
  /** Authorization requests have to be pushed (RFC 9126): its metadata say it of all clients, or it is said of ours alone. */
  pushedRequests?: 'of-all' | 'of-this-client'
  /** Life of access tokens; 3600 when absent. */
  accessTokenSeconds?: number
  /** Life of ID tokens; 3600 when absent. */
  idTokenSeconds?: number
  /** Life of device codes; 600 when absent. */
  deviceCodeSeconds?: number
  /** What a refresh answers: a new token (old one used up), the same token, or none (the old one stays valid). */
  refreshTokens?: 'rotate' | 'keep' | 'omit'
  /** Seconds between polls that the device endpoint announces; 5 when absent. Not enforced. */
  deviceInterval?: number
  withoutRevocation?: boolean
  /** Registers clients that ask for it (RFC 7591), and lets them take that back (RFC 7592). */
  withRegistration?: boolean
  withoutDeviceFlow?: boolean
  /** ID tokens name the session of the browser (`sid`), as those of Keycloak do. */
  namesSessions?: boolean
  /** See `Provider.delayTokenMilliseconds`. */
  delayTokenMilliseconds?: number
  /** Audiences the provider knows, the default first; `api://traces` alone when absent. */
  resources?: string[]
  /**
   * The ways to sign in that it knows, the usual one first. The access tokens then say how and when the person signed in, and
   * the parameter `claims` is taken. Absent: it does not know any.
   */
  acrValues?: readonly string[]
  /** Programs that get tokens without a person. */
  workloads?: WorkloadClients
  /** False lets unexpected errors of the provider reach stderr, to debug a test. Silent when absent. */
  quiet?: boolean
}

/** A running identity provider, and everything a test wants to know about what it did. */
export interface Provider {
  readonly issuer: string
  readonly clientId: string
  readonly requests: readonly ProviderRequest[]
  /** Requests of a method whose path starts with the prefix, answered or not. */
  count(method: string, pathPrefix: string, grantType?: string): number
  readonly connections: number
  /** Refreshes that the provider carried out, even if the answer was then tampered with. */
  refreshCount(): number
  /** Successful POSTs to the revocation endpoint: of refresh tokens, or of access tokens. */
  revocations(kind?: 'refresh_token' | 'access_token'): number
  /** Grants destroyed because a used code or refresh token was presented again. */
  grantsRevoked(): number
  liveRefreshTokens(): number
  /** Ids of the clients that have registered themselves, and have not taken it back. */
  registeredClients(): string[]
  /** Replaces the signing key: the old one is gone from the JWKS at once, sessions and tokens stay. */
  rotateKeys(): Promise<void>
  /** Every code, device code, access, refresh and ID token ever sent or forged here. */
  readonly secrets: ReadonlySet<string>
  /** Set or unset its functions at any time. */
  tamper: Tamper
  /** The token endpoint does its work at once and answers after this long: a rotation in flight. */
  delayTokenMilliseconds: number
  /**
   * Signs exactly these claims, with the current key or one that is not in the JWKS but claims the same kid.
   * `header` overrides alg and kid: see `signJwt` for the algorithms.
   */
  signIdToken(
    claims: Record<string, unknown>,
    options?: { key?: 'ours' | 'foreign'; header?: Record<string, unknown> },
  ): Promise<string>
  close(): Promise<void>
}

/** Starts a real, certified OpenID provider on loopback, with memory and keys of its own. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const OidcProvider = await loadOidcProvider()
  const store = new Store()
  const cookieKey = randomBytes(32).toString('hex')
  const requests: ProviderRequest[] = []
  const recorded = new WeakMap<IncomingMessage, ProviderRequest>()
  const secrets = new SecretSet()
  const counts = { refreshed: 0, grantsRevoked: 0 }
  let key = await firstSigningKey()
  let foreign: Promise<SigningKey> | undefined
  let app: RequestListener
  const complain = (error: unknown) => {
    if (options.quiet === false) process.stderr.write(`provider: ${(error as Error).stack ?? error}\n`)
  }

  const server = httpServer(async (request, response) => {
    try {
      const { record, body, replay } = await recordRequest(request)
      requests.push(record)
      recorded.set(replay, record)
      response.once('finish', () => {
        record.status = response.statusCode
      })
      if (provider.tamper.intercept?.(request, response, body) === true) return
      await app(replay, response)
    } catch (error) {
      // The client hung up, or an intercepting test threw: no answer is the answer.
      request.socket.destroy()
      complain(error)
    }
  }, options.tls)
  const listening = await listen(server, options.port)
  const issuer = `${options.tls ? 'https' : 'http'}://${options.host ?? '127.0.0.1'}:${listening.port}`

  const build = (): RequestListener => {
    const oidc = new OidcProvider(issuer, providerSettings(options, key, store, cookieKey))
    oidc.use(async (ctx, next) => {
      await next()
      if (ctx.path === '/token' && provider.delayTokenMilliseconds > 0)
        await sleep(provider.delayTokenMilliseconds)
    })
    oidc.use(
      tampering({
        issuer,
        refreshTokens: options.refreshTokens ?? 'rotate',
        deviceInterval: options.deviceInterval ?? 5,
        tamper: () => provider.tamper,
        parameters: (ctx) => recorded.get(ctx.req)?.parameters ?? new URLSearchParams(),
        issued: (secret: string, kind: Kind) => secrets.add(secret, kind),
      }),
    )
    oidc.use(interactionPages(oidc, options.acrValues))
    const { assertions } = options.workloads ?? {}
    if (assertions)
      registerAssertionGrants(oidc, assertions, {
        issuer,
        sign: (claims, header) => provider.signIdToken(claims, { header }),
      })
    else if (options.workloads) registerWorkloadGrants(oidc, options.workloads)
    oidc.on('grant.success', (ctx: Context) => {
      if (ctx.oidc.params?.grant_type === 'refresh_token') counts.refreshed += 1
    })
    oidc.on('grant.revoked', (ctx: Context) => {
      if (ctx.oidc.route === 'token') counts.grantsRevoked += 1
    })
    oidc.on('error', complain)
    oidc.on('server_error', (_ctx: Context, error: Error) => complain(error))
    return oidc.callback()
  }

  const provider: Provider = {
    issuer,
    clientId: CLIENT_ID,
    requests,
    count: (method, pathPrefix, grantType) =>
      requests.filter(
        (request) =>
          request.method === method &&
          request.path.startsWith(pathPrefix) &&
          (grantType === undefined || request.grantType === grantType),
      ).length,
    get connections() {
      return listening.connections
    },
    refreshCount: () => counts.refreshed,
    revocations: (kind = 'refresh_token') =>
      requests.filter(
        ({ path, status, parameters }) =>
          path === '/token/revocation' && status === 200 && parameters.get('token_type_hint') === kind,
      ).length,
    grantsRevoked: () => counts.grantsRevoked,
    liveRefreshTokens: () => store.liveRefreshTokens(),
    registeredClients: () => store.registeredClients(),
    async rotateKeys() {
      key = await generateSigningKey()
      app = build()
    },
    secrets,
    tamper: {},
    delayTokenMilliseconds: options.delayTokenMilliseconds ?? 0,
    async signIdToken(claims, { key: which = 'ours', header = {} } = {}) {
      if (which === 'foreign') foreign ??= generateSigningKey()
      const signer = which === 'foreign' ? await foreign : key
      const token = signJwt(
        { alg: 'RS256', typ: 'JWT', kid: key.kid, ...header },
        claims,
        (signer ?? key).privateKey,
      )
      secrets.add(token)
      return token
    },
    close: () => listening.close(),
  }
  app = build()
  return provider
}
