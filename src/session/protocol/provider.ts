import * as oidc from 'openid-client'
import type { ProofKey } from '../../dpop/proof-key.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import type { Clock } from '../../ports/ports.ts'
import type { Where } from '../../providers/preset-texts.ts'
import {
  explainProviderError,
  isBadSignature,
  NOBODY_THERE,
  ProviderFailure,
} from '../answers/provider-errors.ts'
import type { Metadata } from '../documents/metadata.ts'
import type { Assertion } from '../store/session-file.ts'
import { type AuthorizationRequest, authorize, challenge, exchangeCode, withResource } from './code-grant.ts'
import { beginExchange, type ClientAssertion, type Exchange, type ProviderOptions } from './exchange.ts'
import { DEVICE_GRANT } from './grant-parameters.ts'
import { type Tokens, tokensOf } from './tokens.ts'

/** Errors of openid-client are turned into Failures here; only files of this room import it. */

/** The provider has refreshed the session, and the response is invalid or cannot be verified. */
export interface Unbelieved {
  readonly failure: Failure
  /** The rotated refresh token, which alone works from now on. */
  readonly refreshToken: string | undefined
}

/** A device authorization response (RFC 8628 §3.2). */
export interface DeviceGrant {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  readonly expiresInSeconds: number
  readonly intervalSeconds: number
  /** PKCE verifier (RFC 7636), for a provider that expects PKCE in the device flow too. */
  readonly verifier: string | undefined
}

/** The operations of a provider. Failures of each: `network`, `provider-failed`, `refused`, `declined`. */
export interface Provider {
  readonly metadata: Metadata
  authorize(parameters: Record<string, string>): Promise<AuthorizationRequest>
  exchangeCode(callback: URL, request: AuthorizationRequest): Promise<Tokens>
  startDevice(parameters: Record<string, string>): Promise<DeviceGrant>
  /**
   * One poll, within `timeoutMilliseconds`. An OAuth error is thrown as a ProviderFailure, whose `wire` has the code. A
   * NetworkFailure: no tokens have come, and the code can be used still.
   */
  pollDevice(
    grant: DeviceGrant,
    parameters: Record<string, string>,
    timeoutMilliseconds: number,
  ): Promise<Tokens>
  refresh(refreshToken: string, parameters: Record<string, string>): Promise<Tokens | Unbelieved>
  /** A grant without a person: RFC 6749 §4.4, RFC 7523 §2.1, RFC 8693. An OAuth error is a ProviderFailure. */
  grant(type: string, parameters: Record<string, string>): Promise<Tokens>
  /** An assertion for another server of who has signed in (RFC 8693): not a token to be sent to an API. */
  assertion(parameters: Record<string, string>): Promise<Assertion>
  /** RFC 7009. False: the provider offers no revocation, or none of this kind of token. `ended`: the token was dead before. */
  revoke(token: string, kind: 'refresh' | 'access'): Promise<boolean | 'ended'>
}

/** The tokens are being revoked, and the signal ends the process after it: they must not be stored, nor a failure be reported. */
const NEVER = new Promise<never>(() => {})

/**
 * A provider as described by its metadata. Makes no request itself. Failure `settings`: a confidential client's secret
 * is missing.
 */
export function connectProvider(options: ProviderOptions): Provider {
  const clientAuth = authentication(options)
  const { proofKey, clock, skewSeconds } = options
  const proofs = proofKey && proofHandle(proofKey, clock, skewSeconds)
  const begin = async (asking: ProviderOptions, redirectUri: string | undefined, replay?: HttpAnswer) => {
    const exchange = await beginExchange(asking, clientAuth, redirectUri, replay)
    if (proofs) exchange.dpop = await proofs.options(exchange.config)
    return exchange
  }
  /** Runs one operation with an exchange of its own, and turns foreign errors into Failures. */
  const ask: Ask = async (doing, where, work, { redirectUri, personAsked = true } = {}) => {
    const exchange = await begin(options, redirectUri)
    const revokeRejected = async () => {
      if (exchange.refreshToken !== undefined && (await mayRevoke(options)))
        await revoke(ask, exchange.refreshToken, 'refresh', options).catch(() => {})
    }
    const isSignIn = !NOBODY_THERE.includes(where)
    let isEnding = false
    const revokeAtEnd = () => {
      isEnding = true
      return revokeRejected()
    }
    const judged = isSignIn ? options.beforeEnd?.(revokeAtEnd) : undefined
    try {
      const result = await work(exchange).catch(async (error) => {
        if (proofs && isWrongClock(error, proofs.skewSeconds, exchange.skewSeconds)) {
          proofs.skewSeconds = exchange.skewSeconds
          return work(exchange)
        }
        if (!isBadSignature(error) || !options.jwks || !exchange.tokenAnswer) throw error
        // Some providers replace a key and keep its id: validate again with the current keys.
        const withoutKeys = { ...options, jwks: undefined }
        return work(await begin(withoutKeys, redirectUri, exchange.tokenAnswer))
      })
      return isEnding ? await NEVER : result
    } catch (error) {
      if (isEnding) return await NEVER
      const failure = explainProviderError(error, doing, where, {
        ...options,
        personAsked,
        now: options.clock.now(),
        intercepted: exchange.intercepted,
        tokensCame: exchange.tokenAnswer !== undefined,
        vendorError: exchange.vendorError,
        proofSent: proofs !== undefined,
      })
      // The response of a sign-in was rejected: revoke the refresh token that came with it.
      if (isSignIn) await revokeRejected()
      throw failure
    } finally {
      judged?.()
    }
  }
  return {
    metadata: options.metadata,
    // A request that is pushed is refused by the provider itself: no browser is open yet.
    authorize: (parameters) =>
      ask('sign in', 'authorization', (exchange) => authorize(exchange, parameters), { personAsked: false }),
    exchangeCode: (callback, request) =>
      ask(
        'sign in',
        'authorization',
        async (exchange) => {
          try {
            return tokensOf(await exchangeCode(exchange, callback, request), exchange)
          } catch (error) {
            if (!mayLackIdToken(options, exchange.tokenAnswer, request)) throw error
            const again = await begin(options, request.asked.redirect_uri, exchange.tokenAnswer)
            return tokensOf(await exchangeCode(again, callback, request, 'none'), again)
          }
        },
        { redirectUri: request.asked.redirect_uri, personAsked: request.asked.prompt !== 'none' },
      ),
    startDevice: (parameters) =>
      ask('start the device flow', 'device', (exchange) => startDevice(exchange, parameters)),
    pollDevice: (grant, parameters, timeoutMilliseconds) => {
      let last: Exchange | undefined
      return ask('sign in', 'device', async (exchange) => {
        last = exchange
        exchange.tokenTimeout = timeoutMilliseconds
        // No standard promises an ID token here: OpenID Connect Core §3.1.3.3 speaks of authorization codes.
        return tokensOf(await pollDevice(exchange, grant, parameters), exchange)
      }).catch((failure) => {
        // A NetworkFailure would be followed by another poll, and the code is spent.
        if (!last?.tokenAnswer || !(failure instanceof NetworkFailure)) throw failure
        const { code, message, hint } = failure
        throw new Failure(code, message, { hint, cause: failure })
      })
    },
    refresh: (refreshToken, parameters) => refresh(ask, refreshToken, parameters),
    grant: (type, parameters) =>
      ask('give a token', 'token', async (exchange) =>
        tokensOf(await oidc.genericGrantRequest(exchange.config, type, parameters, exchange.dpop), exchange),
      ),
    assertion: (parameters) =>
      ask('assert who you are', 'token', async ({ config, dpop }) =>
        assertionOf(
          await oidc.genericGrantRequest(
            config,
            'urn:ietf:params:oauth:grant-type:token-exchange',
            { ...parameters, requested_token_type: ID_JAG },
            dpop,
          ),
          clock.now(),
        ),
      ),
    revoke: (token, kind) => revoke(ask, token, kind, options),
  }
}

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

/** One whose life is not said counts for a minute. */
function assertionOf(answer: oidc.TokenEndpointResponse, receivedAt: number): Assertion {
  const { access_token: value, expires_in: expiresIn = 60 } = answer
  if (answer.issued_token_type === ID_JAG) return { value, receivedAt, expiresIn }
  throw new Failure('refused', 'the provider sent another token than an assertion of who you are (ID-JAG)')
}

/** Whether tokens have come without an ID token, and nothing promised one: it was not asked for, or not at an OpenID provider. */
const mayLackIdToken = (
  { isPlainOAuth }: ProviderOptions,
  answer: HttpAnswer | undefined,
  { asked }: AuthorizationRequest,
): boolean =>
  answer !== undefined &&
  jsonObject(answer.body)?.id_token === undefined &&
  (isPlainOAuth === true || !(asked.scope ?? '').split(' ').includes('openid'))

const mayRevoke = async ({ preset, mayRevoke }: ProviderOptions): Promise<boolean> =>
  preset.revoke.includes('refresh') && ((await mayRevoke?.()) ?? true)

type Ask = <T>(
  doing: string,
  where: Where,
  work: (exchange: Exchange) => Promise<T>,
  about?: {
    /** That of the authorization request, for the operation that spends its code. */
    readonly redirectUri?: string | undefined
    /** Whether the provider could ask a person; true when absent. */
    readonly personAsked?: boolean
  },
) => Promise<T>

async function refresh(
  ask: Ask,
  refreshToken: string,
  parameters: Record<string, string>,
): Promise<Tokens | Unbelieved> {
  let last: Exchange | undefined
  try {
    return await ask('renew the session', 'token', async (exchange) => {
      last = exchange
      const { config, dpop, options } = exchange
      const asked = withResource(options, parameters)
      return tokensOf(await oidc.refreshTokenGrant(config, refreshToken, asked, dpop), exchange)
    })
  } catch (failure) {
    if (!(failure instanceof Failure) || !last?.tokenAnswer) throw failure
    return { failure, refreshToken: last.refreshToken }
  }
}

async function startDevice(
  { config, options }: Exchange,
  parameters: Record<string, string>,
): Promise<DeviceGrant> {
  const verifier = options.preset.devicePkce ? oidc.randomPKCECodeVerifier() : undefined
  const answer = await oidc.initiateDeviceAuthorization(config, {
    ...parameters,
    ...(verifier === undefined ? {} : await challenge(verifier)),
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
}

const pollDevice = (
  { config, dpop, options }: Exchange,
  grant: DeviceGrant,
  parameters: Record<string, string>,
) => {
  const asked = {
    ...withResource(options, parameters),
    device_code: grant.deviceCode,
    ...(grant.verifier === undefined ? {} : { code_verifier: grant.verifier }),
  }
  return oidc.genericGrantRequest(config, DEVICE_GRANT, asked, dpop)
}

async function revoke(
  ask: Ask,
  token: string,
  kind: 'refresh' | 'access',
  { metadata }: ProviderOptions,
): Promise<boolean | 'ended'> {
  if (typeof metadata.revocation_endpoint !== 'string') return false
  try {
    await ask('revoke the session', 'revocation', ({ config }) =>
      oidc.tokenRevocation(config, token, { token_type_hint: `${kind}_token` }),
    )
    return true
  } catch (error) {
    // RFC 7009 §2.2.1: access tokens that APIs check by themselves (JWT) cannot be revoked.
    if (!(error instanceof ProviderFailure)) throw error
    // Of a refresh token it may be a switch at the provider, which the hint names.
    const isSwitch = kind === 'refresh' && error.code === 'settings'
    if (error.wire.error === 'unsupported_token_type' && !isSwitch) return false
    // RFC 7009 §2.2 has success for a token that is dead; Google says so. With 401 it is a gateway's word (RFC 6750 §3.1).
    if (error.wire.error === 'invalid_token' && error.wire.status === 400) return 'ended'
    throw error
  }
}

/** RFC 6749 §2.3.1; a public client sends its id alone and never a secret (Entra rejects one). */
function authentication(options: ProviderOptions): oidc.ClientAuth {
  const { preset, secret, assertion } = options
  const { clientAuth } = preset
  if (assertion) return 'proof' in assertion ? assertedBy(assertion.proof) : signedBy(assertion, options)
  if (clientAuth === 'none') return oidc.None()
  if (secret === undefined) {
    throw new Failure('settings', 'this client has a secret that ls-auth does not have', {
      hint: 'Sign in again to enter it: ls-auth login (or set LS_AUTH_CLIENT_SECRET_FILE to a file with it)',
    })
  }
  return clientAuth === 'client_secret_basic' ? secretBasic(secret) : oidc.ClientSecretPost(secret)
}

/**
 * `private_key_jwt` (OpenID Connect Core §9). Its audience is the issuer, as RFC 7523bis asks for; some providers take
 * nothing but the address of their token endpoint.
 */
const signedBy = (
  { key, kid }: Extract<ClientAssertion, { key: unknown }>,
  { preset, metadata }: ProviderOptions,
): oidc.ClientAuth =>
  oidc.PrivateKeyJwt(kid === undefined ? { key } : { key, kid }, {
    [oidc.modifyAssertion]: (_header, payload) => {
      if (preset.assertionAudience === 'token-endpoint') payload.aud = metadata.token_endpoint
    },
  })

/** A JWT of another issuer as client assertion (RFC 7523 §2.2). */
const assertedBy =
  (proof: string): oidc.ClientAuth =>
  (_server, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', proof)
  }

/**
 * HTTP Basic. The library's own version encodes `-`, `_`, `.` and `~` too, and many servers do not decode: a client id
 * with a hyphen is unknown to them. To a server that decodes, unreserved characters (RFC 3986 §2.3) mean the same.
 */
const secretBasic =
  (secret: string): oidc.ClientAuth =>
  (_server, client, _body, headers) => {
    const credentials = `${formEncoded(client.client_id)}:${formEncoded(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  }

const formEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]|%20/g, (one) =>
    one === '%20' ? '+' : `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * Proofs for the token endpoint (RFC 9449 §5). The library makes them, answers one request for a nonce, and remembers the
 * nonce as long as this handle lives.
 */
interface ProofHandle {
  options(config: oidc.Configuration): Promise<oidc.DPoPOptions>
  /** The provider's clock minus ours, seconds; a proof that is too old or too new is refused. */
  skewSeconds: number
}

/** The handle of one connection to a provider. */
function proofHandle(key: ProofKey, clock: Clock, skewSeconds: number): ProofHandle {
  let made: Promise<oidc.DPoPHandle> | undefined
  const handle: ProofHandle = {
    skewSeconds,
    async options(config) {
      made ??= make(config)
      return { DPoP: await made }
    },
  }
  const make = async (config: oidc.Configuration) => {
    // Lazy: most sign-ins have no key.
    const { pairOf } = await import('../../dpop/proof-key.ts')
    return oidc.getDPoPHandle(config, await pairOf(key), {
      [oidc.modifyAssertion]: (_header, payload) => {
        payload.iat = Math.floor(clock.now() / 1000) + handle.skewSeconds
      },
    })
  }
  return handle
}

/** Whether the provider refused a proof that was made by another clock than the answer shows. */
const isWrongClock = (error: unknown, used: number, seen: number): boolean =>
  (error as { readonly error?: unknown }).error === 'invalid_dpop_proof' && used !== seen
