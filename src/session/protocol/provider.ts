import * as oidc from 'openid-client'
import { Failure } from '../../errors.ts'
import type { Clock, Http } from '../../ports.ts'
import type { HintValues } from '../../providers/hints.ts'
import type { Preset, Where } from '../../providers/preset.ts'
import type { Body } from '../store/session-file.ts'
import { tolerateDeviceAnswer } from './device-answer.ts'
import { checkIdTokenTimes } from './id-token.ts'
import { type Metadata, skewOf } from './metadata.ts'
import { explainProviderError } from './provider-errors.ts'
import { refreshTokenIn, withoutEncoding } from './token-answer.ts'

/** The only file that knows openid-client. Protocol in, our words out; its errors never travel further. */

/** A validated token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface Tokens {
  readonly accessToken: string
  /** Seconds, clamped to a day; 60 when the provider does not say. */
  readonly expiresIn: number
  readonly scope: string | undefined
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  readonly idClaims: Readonly<Record<string, unknown>> | undefined
  /** Local clock, milliseconds. */
  readonly receivedAt: number
  readonly skewSeconds: number
  readonly jwks: Body['jwks']
}

export interface DeviceGrant {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  readonly expiresInSeconds: number
  readonly intervalSeconds: number
  /** PKCE (RFC 7636) for a provider that wants it in the device flow too. */
  readonly verifier: string | undefined
}

export interface AuthorizationRequest {
  readonly url: URL
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface Provider {
  readonly metadata: Metadata
  authorize(parameters: Record<string, string>): Promise<AuthorizationRequest>
  exchangeCode(callback: URL, request: AuthorizationRequest): Promise<Tokens>
  startDevice(parameters: Record<string, string>): Promise<DeviceGrant>
  /** One poll. A provider's refusal comes back as a ProviderFailure, whose `wire` names it. */
  pollDevice(grant: DeviceGrant, parameters: Record<string, string>): Promise<Tokens>
  refresh(refreshToken: string, parameters: Record<string, string>): Promise<Tokens>
  /** RFC 7009. False: the provider offers no revocation. */
  revoke(token: string): Promise<boolean>
}

const DAY_SECONDS = 86_400
const TOKEN_BYTES = 256 * 1024
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export interface ProviderOptions {
  readonly clientId: string
  readonly clientAuth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** Needed unless `clientAuth` is none. */
  readonly secret: string | undefined
  readonly metadata: Metadata
  readonly http: Http
  readonly clock: Clock
  readonly skewSeconds: number
  readonly jwks: Body['jwks']
  readonly preset: Preset
  readonly hintValues: HintValues
}

/** A provider as described by its metadata. Makes no request until asked. */
export async function connectProvider(options: ProviderOptions): Promise<Provider> {
  const { clock, metadata } = options
  const { leewaySeconds } = options.preset
  let skewSeconds = options.skewSeconds
  let spoken = false
  let issued: string | undefined
  let redirectUri: string | undefined
  const config = await configure(options)
  oidc.enableNonRepudiationChecks(config)
  if (metadata.issuer.startsWith('http:')) oidc.allowInsecureRequests(config)
  if (options.jwks) {
    // 61 s old: the library uses such a key set as it is, and asks again when a key id is not in it.
    oidc.setJwksCache(config, { jwks: options.jwks.value as never, uat: Math.floor(Date.now() / 1000) - 61 })
  }
  config[oidc.customFetch] = async (url, init) => {
    // The library derives it from the callback, where a path that was empty has become `/` (RFC 6749 §4.1.3).
    const form = init.body as unknown
    if (form instanceof URLSearchParams && redirectUri !== undefined && form.has('redirect_uri'))
      form.set('redirect_uri', redirectUri)
    const sent = await options.http.send({
      method: init.method as 'GET' | 'POST',
      url: new URL(url),
      headers: init.headers,
      ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
      maxBytes: TOKEN_BYTES,
    })
    const answer = url === metadata.device_authorization_endpoint ? tolerateDeviceAnswer(sent) : sent
    spoken = true
    skewSeconds = skewOf(answer, clock.now())
    issued = refreshTokenIn(answer) ?? issued
    const empty = answer.status === 204 || answer.status === 304
    return new Response(empty ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: withoutEncoding(answer.headers),
    })
  }

  async function guarded<T>(doing: string, where: Where, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explainProviderError(error, doing, where, options)
    }
  }

  /** A first grant: when its answer is not believed, the refresh token that came with it is revoked. */
  async function granted(where: Where, grant: () => Promise<Tokens>): Promise<Tokens> {
    issued = undefined
    try {
      return await guarded('sign in', where, grant)
    } catch (error) {
      if (issued !== undefined) await revoke(issued).catch(() => {})
      throw error
    }
  }

  /** RFC 7009. False: the provider offers no revocation. */
  async function revoke(token: string): Promise<boolean> {
    if (typeof metadata.revocation_endpoint !== 'string') return false
    await guarded('revoke the session', 'token', () =>
      oidc.tokenRevocation(config, token, { token_type_hint: 'refresh_token' }),
    )
    return true
  }

  function accept(answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers): Tokens {
    const receivedAt = clock.now()
    const idClaims = answer.claims() as Record<string, unknown> | undefined
    if (idClaims)
      checkIdTokenTimes(idClaims, receivedAt, spoken ? skewSeconds : options.skewSeconds, leewaySeconds)
    const cache = oidc.getJwksCache(config) as { jwks?: Record<string, unknown> } | undefined
    const seconds = answer.expires_in
    return {
      accessToken: answer.access_token,
      expiresIn: seconds !== undefined && seconds > 0 ? Math.min(seconds, DAY_SECONDS) : 60,
      scope: answer.scope,
      refreshToken: answer.refresh_token,
      idToken: answer.id_token,
      idClaims,
      receivedAt,
      skewSeconds,
      jwks: cache?.jwks ? { value: structuredClone(cache.jwks), fetchedAt: receivedAt } : options.jwks,
    }
  }

  return {
    metadata,
    async authorize(parameters) {
      const verifier = oidc.randomPKCECodeVerifier()
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
      if (!metadata.authorization_endpoint) {
        throw new Failure('cannot-do', 'this provider has no authorization endpoint', {
          hint: 'Try: ls-auth login --device',
        })
      }
      const url = oidc.buildAuthorizationUrl(config, {
        ...parameters,
        response_type: 'code',
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url, state, nonce, verifier }
    },
    exchangeCode: (callback, request) => {
      redirectUri = request.url.searchParams.get('redirect_uri') ?? undefined
      return granted('authorization', async () =>
        accept(
          await oidc.authorizationCodeGrant(config, callback, {
            pkceCodeVerifier: request.verifier,
            expectedState: request.state,
            expectedNonce: request.nonce,
            idTokenExpected: true,
          }),
        ),
      )
    },
    startDevice: (parameters) =>
      guarded('start the device flow', 'device', async () => {
        const verifier = options.preset.devicePkce ? oidc.randomPKCECodeVerifier() : undefined
        const answer = await oidc.initiateDeviceAuthorization(config, {
          ...parameters,
          ...(verifier === undefined
            ? {}
            : {
                code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
                code_challenge_method: 'S256',
              }),
        })
        return {
          deviceCode: answer.device_code,
          userCode: answer.user_code,
          verificationUri: answer.verification_uri,
          verificationUriComplete: answer.verification_uri_complete,
          expiresInSeconds: answer.expires_in,
          intervalSeconds: answer.interval ?? 5,
          verifier,
        }
      }),
    pollDevice: (grant, parameters) =>
      granted('device', async () =>
        accept(
          await oidc.genericGrantRequest(config, DEVICE_GRANT, {
            ...parameters,
            device_code: grant.deviceCode,
            ...(grant.verifier === undefined ? {} : { code_verifier: grant.verifier }),
          }),
        ),
      ),
    refresh: (refreshToken, parameters) =>
      guarded('renew the session', 'token', async () =>
        accept(await oidc.refreshTokenGrant(config, refreshToken, parameters)),
      ),
    revoke,
  }
}

async function configure(options: ProviderOptions): Promise<oidc.Configuration> {
  const { metadata, clientId } = options
  // A day of tolerance switches the library's own time checks off: it cannot learn the provider's clock in time.
  // checkIdTokenTimes does them, with the skew of the very answer that carried the token.
  const client = { [oidc.clockTolerance]: DAY_SECONDS }
  if (!metadata.issuer.includes('{')) {
    return new oidc.Configuration(metadata as oidc.ServerMetadata, clientId, client, authentication(options))
  }
  // A shared issuer: only the library's own discovery knows how to put the token's tenant into the template.
  return oidc.discovery(new URL(options.hintValues.issuer ?? ''), clientId, client, authentication(options), {
    [oidc.customFetch]: async () => Response.json(metadata),
  })
}

/** RFC 6749 §2.3.1; a public client sends its id alone, and never a secret (Entra refuses one). */
function authentication({ clientAuth, secret }: ProviderOptions): oidc.ClientAuth {
  if (clientAuth === 'none') return oidc.None()
  if (secret === undefined) {
    throw new Failure('settings', 'this client has a secret, and it is not known here', {
      hint: 'Sign in again to give it: ls-auth login (LS_AUTH_CLIENT_SECRET_FILE names a file with it)',
    })
  }
  return clientAuth === 'client_secret_basic' ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret)
}
