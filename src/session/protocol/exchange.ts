import { isDeepStrictEqual } from 'node:util'
import * as oidc from 'openid-client'
import type { ProofKey } from '../../dpop/proof-key.ts'
import { Failure, type FailureCode, NetworkFailure } from '../../errors.ts'
import { vendorError } from '../../http-answers/error-body.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import type { Clock, Signals } from '../../ports/ports.ts'
import type { HintValues } from '../../providers/hints.ts'
import type { Preset } from '../../providers/preset.ts'
import { skewOf } from '../../steady-clock.ts'
import { withoutEchoes } from '../answers/echoed-secrets.ts'
import { isIntercepted } from '../answers/provider-errors.ts'
import {
  bringsTokens,
  refreshTokenIn,
  tolerateDeviceAnswer,
  withoutEncoding,
  withoutNulls,
  withPlainError,
  withPlainSuccess,
} from '../answers/token-answer.ts'
import type { Metadata } from '../documents/metadata.ts'
import { currentKeys, fetchKeys } from '../documents/signing-keys.ts'
import type { SessionBody } from '../store/session-file.ts'
import type { AssertionKey } from './assertion-key.ts'

const TOKEN_BYTES = 256 * 1024

/** A client assertion: made with a key of the client for each request, or the unchanged proof of a workload. */
export type ClientAssertion =
  | { readonly key: AssertionKey['key']; readonly kid: string | undefined }
  | { readonly proof: string }

/** A client, its provider and the HTTP port between them. */
export interface ProviderOptions {
  readonly clientId: string
  /** Goes with each request for tokens (RFC 8707 §2). */
  readonly resource?: string | undefined
  /** Needed unless the preset's `clientAuth` is none. */
  readonly secret: string | undefined
  /** In place of a secret (RFC 7523 §2.2). */
  readonly assertion?: ClientAssertion
  /** The tokens are bound to it, or are refused (RFC 9449). */
  readonly proofKey?: ProofKey
  /** Asked before the tokens of a sign-in whose answer is rejected are revoked; missing: they may be. */
  readonly mayRevoke?: (() => Promise<boolean>) | undefined
  /** Of a sign-in whose answer is being judged, the tokens are revoked before a signal ends the process. */
  readonly beforeEnd?: Signals['beforeEnd']
  readonly metadata: Metadata
  /** They are a plain OAuth server's (RFC 8414): PKCE must be announced, and no ID token is promised. */
  readonly isPlainOAuth?: boolean
  /** Asks the provider for its metadata of now; only where `metadata` come from the cache. */
  readonly rediscover?: (() => Promise<Metadata>) | undefined
  readonly http: Http
  readonly clock: Clock
  readonly skewSeconds: number
  readonly jwks: SessionBody['jwks']
  readonly preset: Preset
  readonly hintValues: HintValues
}

/** One operation at the provider (a request, perhaps one for its JWKS as well), with what its responses have shown. */
export interface Exchange {
  readonly config: oidc.Configuration
  readonly options: ProviderOptions
  /** Provider's clock minus ours, seconds: from the last response to a POST, before one came from an earlier exchange. */
  readonly skewSeconds: number
  /** Recorded before the library validates the response, so that it can be revoked if the response is rejected. */
  readonly refreshToken: string | undefined
  /** The raw response with tokens, to validate it again without a second request. */
  readonly tokenAnswer: HttpAnswer | undefined
  /** Whether something on the way may have given the last response in place of the provider. */
  intercepted: boolean
  /** What the last response says where its error is one of Okta's own form. */
  vendorError: string | undefined
  /** Longest time for a request to the token endpoint, milliseconds; undefined: that of any request. */
  tokenTimeout: number | undefined
  /** For each request to the token endpoint; empty where the tokens are bound to no key. */
  dpop: oidc.DPoPOptions
}

/**
 * Configures openid-client for one operation. `redirectUri`: as in the authorization request, for a code exchange.
 * `replay`: a response that is used instead of a request to the token endpoint.
 */
export async function beginExchange(
  options: ProviderOptions,
  clientAuth: oidc.ClientAuth,
  redirectUri?: string,
  replay?: HttpAnswer,
): Promise<Exchange> {
  const config = await configure(options, clientAuth)
  const exchange = {
    config,
    options,
    skewSeconds: options.skewSeconds,
    refreshToken: undefined as string | undefined,
    tokenAnswer: undefined as HttpAnswer | undefined,
    intercepted: false,
    vendorError: undefined as string | undefined,
    tokenTimeout: undefined as number | undefined,
    dpop: {},
  }
  config[oidc.customFetch] = async (url, init) => {
    // A GET is for the keys: a cache may have kept its answer, and the date in it, for hours.
    if (init.method === 'GET') return Response.json(await keysAt(url, options))
    const answer = replay ?? (await send(url, init, exchange, redirectUri))
    exchange.skewSeconds = skewOf(answer, options.clock.now())
    exchange.refreshToken = refreshTokenIn(answer) ?? exchange.refreshToken
    if (bringsTokens(answer)) exchange.tokenAnswer = answer
    return responseOf(answer)
  }
  return exchange
}

/** An answer of the HTTP port in the form that the library takes: some statuses allow no body, not even an empty one. */
export const responseOf = ({ status, headers, body }: HttpAnswer): Response =>
  new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers: withoutEncoding(headers) })

/**
 * The provider's JWKS as this exchange leaves it, for the cache. `fetchedAt`: milliseconds. Keys that were not fetched
 * keep their time: a key that the provider has withdrawn must not live on by being used.
 */
export function jwksOf({ config, options }: Exchange, fetchedAt: number): SessionBody['jwks'] {
  const cache = oidc.getJwksCache(config) as { jwks?: Record<string, unknown> } | undefined
  if (!cache?.jwks || isDeepStrictEqual(cache.jwks, options.jwks?.value)) return options.jwks
  return { value: structuredClone(cache.jwks), fetchedAt }
}

/** Pauses before the keys are asked for again, milliseconds. */
const KEYS_PAUSES_MILLISECONDS = [250, 1000] as const
/** After so long they are not asked for again: a person is waiting, or others for the lock of the session. */
const KEYS_PATIENCE_MILLISECONDS = 5_000
/** Failures to get them that may pass. */
const PASSING: readonly FailureCode[] = ['network', 'provider-failed']

/** The library asks for them when tokens have come already, so everything is tried before those are lost. */
async function keysAt(
  url: string,
  { metadata, http, rediscover, clock }: ProviderOptions,
): Promise<Record<string, unknown>> {
  const ask = () => (rediscover ? currentKeys(metadata, http, rediscover) : fetchKeys(url, http))
  const until = clock.now() + KEYS_PATIENCE_MILLISECONDS
  try {
    for (const pause of KEYS_PAUSES_MILLISECONDS) {
      try {
        return await ask()
      } catch (failure) {
        if (!(failure instanceof Failure) || !PASSING.includes(failure.code) || clock.now() >= until)
          throw failure
        await clock.sleep(pause)
      }
    }
    return await ask()
  } catch (failure) {
    if (!(failure instanceof NetworkFailure)) throw failure
    const { message, sent, hint, code } = failure
    const text = `no signing keys of the provider: ${message}`
    throw new NetworkFailure(text, sent, { code, hint, cause: failure })
  }
}

async function send(
  url: string,
  init: oidc.CustomFetchOptions,
  exchange: Pick<Exchange, 'options' | 'intercepted' | 'vendorError' | 'tokenTimeout'>,
  redirectUri: string | undefined,
): Promise<HttpAnswer> {
  const { tokenTimeout, options } = exchange
  const { http, metadata } = options
  // The library derives redirect_uri from the callback URL, where an empty path has become `/` (RFC 6749 §4.1.3).
  const form = init.body as unknown
  if (form instanceof URLSearchParams && redirectUri !== undefined) form.set('redirect_uri', redirectUri)
  const answer = await http.send({
    method: 'POST',
    url: new URL(url),
    // The library adds a charset; oauthlib compares the whole header (RFC 8628 §3.1 names the bare type).
    headers: { ...init.headers, 'content-type': 'application/x-www-form-urlencoded' },
    ...(init.body ? { body: String(init.body) } : {}),
    maxBytes: TOKEN_BYTES,
    ...(tokenTimeout !== undefined && { timeoutMilliseconds: tokenTimeout }),
  })
  const silent = withoutNulls(withoutEchoes(answer, String(init.body), init.headers))
  exchange.vendorError = vendorError(silent)
  exchange.intercepted = exchange.vendorError === undefined && isIntercepted(answer)
  if (url === metadata.revocation_endpoint) return withPlainSuccess(withPlainError(silent))
  return withPlainError(
    url === metadata.device_authorization_endpoint ? tolerateDeviceAnswer(silent) : silent,
  )
}

async function configure(options: ProviderOptions, clientAuth: oidc.ClientAuth): Promise<oidc.Configuration> {
  const { metadata, jwks } = options
  const config = await configuration(options, clientAuth)
  oidc.enableNonRepudiationChecks(config)
  if (metadata.issuer.startsWith('http:')) oidc.allowInsecureRequests(config)
  // 61 s old: the library uses this key set from the cache, and fetches it again when a key id is missing.
  const uat = Math.floor(Date.now() / 1000) - 61
  if (jwks) oidc.setJwksCache(config, { jwks: jwks.value as never, uat })
  return config
}

async function configuration(
  { metadata, clientId, hintValues, assertion, skewSeconds }: ProviderOptions,
  clientAuth: oidc.ClientAuth,
): Promise<oidc.Configuration> {
  // No time is outside this tolerance, which turns the library's own checks off: it does not know the provider's clock.
  // `checkIdTokenTimes` does them, with the clock skew of the token's response.
  const tolerance = { [oidc.clockTolerance]: Number.MAX_SAFE_INTEGER }
  // The times in a client assertion are judged by the provider's clock.
  const client = assertion ? { ...tolerance, [oidc.clockSkew]: skewSeconds } : tolerance
  if (!metadata.issuer.includes('{'))
    return new oidc.Configuration(metadata as oidc.ServerMetadata, clientId, client, clientAuth)
  // A shared issuer: only the library's own discovery can put the token's tenant into the issuer template.
  return oidc.discovery(new URL(hintValues.issuer ?? ''), clientId, client, clientAuth, {
    [oidc.customFetch]: async () => Response.json(metadata),
  })
}

/** A token response that the library has validated (RFC 6749 §5.1). */
export type TokenAnswer = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers
