import { Failure } from '../../errors.ts'
import { networkSignIn } from '../../http-answers/network-sign-in.ts'
import { hintAtLimit, type RateLimit, readRateLimit } from '../../http-answers/rate-limit.ts'
import { hintAtVendorError } from '../../http-answers/vendor-error.ts'
import { adviceFor, type HintValues } from '../../providers/hints.ts'
import type { Preset, Where } from '../../providers/preset.ts'
import { safeText } from '../../text/safe-text.ts'
import { issuerMismatch, missingIssuer } from '../documents/issuer-mismatch.ts'
import { isRefusal, lasting, namedError, nobodyAsked, sentError } from './error-code.ts'
import { noIdToken } from './no-id-token.ts'
import { PROOF_ERRORS, PROOF_WANTED } from './proof-errors.ts'

/** The provider's own error response: OAuth error code (RFC 6749 §5.2), HTTP status, and when it may be asked again. */
export interface WireError {
  readonly error: string | undefined
  readonly status: number | undefined
  readonly limit?: RateLimit
  /** Something on the way may have answered in place of the provider (intercepted.ts); never with an `error`. */
  readonly intercepted?: true
  /** By its words the refresh token or the session behind it is dead. */
  readonly endsSession?: true
}

/** The provider answered with an error. Callers read `wire` to decide about retries and the end of the session. */
export class ProviderFailure extends Failure {
  readonly wire: WireError

  constructor(
    code: 'declined' | 'provider-failed' | 'not-allowed' | 'settings' | 'not-signed-in' | 'network',
    message: string,
    wire: WireError,
    options: ConstructorParameters<typeof Failure>[2] = {},
  ) {
    super(code, message, options)
    this.name = 'ProviderFailure'
    this.wire = wire
  }
}

interface Foreign {
  readonly name?: string
  readonly code?: string
  readonly error?: unknown
  readonly error_description?: unknown
  readonly status?: unknown
  readonly message?: string
  readonly cause?: unknown
  readonly response?: unknown
}

/** Steps at which no person is asked. */
export const NOBODY_THERE: readonly Where[] = ['token', 'revocation']

/** These say what is wrong with an answer, and are followed by what became of it. */
export const NO_SUBJECT = 'the ID token names no subject (sub)'
export const OTHER_TOKEN_TYPE = 'the token response has a token type ls-auth cannot use'
export const NOT_BOUND =
  'the provider sent a plain bearer token, although dpop = true asks for one that is bound to a key'

const BAD_SIGNATURE = /signature verification failed/

/** Validation errors of the OpenID library that mean the response cannot be trusted, and our messages for them. */
const JUDGEMENTS: readonly [RegExp, string][] = [
  [/"nonce".* missing/, 'the ID token has no nonce, so nothing says that it was made for this sign-in'],
  [/"nonce"/, 'the ID token was made for another sign-in (nonce)'],
  [/"state"/, 'the answer belongs to another sign-in (state)'],
  [BAD_SIGNATURE, 'the signature of the ID token is wrong'],
  [
    /no applicable keys|more than one applicable key|key selection/,
    "no key of the provider fits the ID token's signature",
  ],
  [/"iss"/, 'the answer names another issuer (iss)'],
  [
    /"aud".* additional/,
    'the ID token is for several clients (aud), and does not say that it was made for this one (azp)',
  ],
  [/"aud"/, 'the ID token is for another client (aud)'],
  [/"azp"/, 'the ID token is for another client (azp)'],
  [/"sub"/, NO_SUBJECT],
  [/"alg"|JWS "alg"|unsupported JWS/i, 'the ID token is signed in a way ls-auth does not accept (alg)'],
  [/token_type/, OTHER_TOKEN_TYPE],
  [/JWT|JWS|ID Token/i, 'the ID token is not valid'],
]

/** Whether the library found the key of an ID token, and the signature does not fit it. */
export const isBadSignature = (error: unknown): boolean =>
  BAD_SIGNATURE.test(wordsOf(error as Foreign)) && !(error instanceof Failure)

const wordsOf = ({ message, cause }: Foreign): string =>
  `${message} ${(cause as Foreign | undefined)?.message}`

/**
 * Turns any error of the OpenID library or the HTTP port into a Failure (`refused`, `declined`, `network`,
 * `provider-failed`). Of the foreign error's `cause` only two issuer strings are read: it may hold a token response.
 */
export function explainProviderError(
  error: unknown,
  doing: string,
  where: Where,
  context: {
    readonly preset: Preset
    readonly metadata: { readonly issuer: string }
    readonly hintValues: HintValues
    /** The provider could ask the user: `prompt=none` was not sent. */
    readonly personAsked: boolean
    /** Milliseconds since the epoch. */
    readonly now: number
    /** Of the last answer: {@link WireError.intercepted}. */
    readonly intercepted: boolean
    /** Of the last answer, where it has one. */
    readonly vendorError?: string | undefined
    /** A proof of a key (DPoP) went with the request. */
    readonly proofSent?: boolean
  },
): Failure {
  if (error instanceof Failure) return error
  const foreign = error as Foreign
  const nested = foreign.cause
  if (nested instanceof Failure) return nested
  if (typeof foreign.error === 'string') {
    // The library reads the redirect and exchanges the code in one call: the error may come from the token endpoint.
    const seen = where === 'authorization' && foreign.code === 'OAUTH_RESPONSE_BODY_ERROR' ? 'token' : where
    const asked = !NOBODY_THERE.includes(where) && (where !== 'authorization' || context.personAsked)
    return answered(foreign, doing, seen, asked, context)
  }
  const words = wordsOf(foreign)
  if (foreign.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || foreign.code === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return unreadable(foreign, doing, where, context)
  if (/response parameter "iss".* missing/.test(words))
    return missingIssuer(context.preset, context.hintValues)
  if (/"iss" \(issuer\)|response parameter "iss"/.test(words))
    return issuerMismatch(context.metadata.issuer, issuerIn(nested))
  if (/body "id_token"/.test(words)) return noIdToken(context.hintValues.scopes, error)
  const judgement = JUDGEMENTS.find(([pattern]) => pattern.test(words))
  if (judgement) return new Failure('refused', `${judgement[1]}; nothing was saved`, { cause: error })
  return new Failure('provider-failed', `the provider's answer cannot be used to ${doing}`, { cause: error })
}

/** A response that OAuth does not define: an HTML page, an empty body, another status. */
function unreadable(
  foreign: Foreign,
  doing: string,
  where: Where,
  { now, intercepted, vendorError, preset, hintValues }: Parameters<typeof explainProviderError>[3],
): Failure {
  const { cause } = foreign
  const status = statusOf(cause) ?? statusOf((cause as Foreign | undefined)?.cause) ?? statusOf(foreign)
  const onTheWay = status === undefined ? undefined : networkSignIn(status)
  if (onTheWay) {
    const { message, hint } = onTheWay
    return new ProviderFailure(
      'network',
      message,
      { error: undefined, status, intercepted: true },
      { cause: foreign, hint },
    )
  }
  const limited = limitIn(cause, now)
  const vendorHint =
    vendorError === undefined
      ? undefined
      : (adviceFor(preset.id, { description: vendorError, where }, hintValues)?.hint ??
        hintAtVendorError(status))
  return new ProviderFailure(
    'provider-failed',
    `the provider could not ${doing}${status === undefined ? '' : ` (HTTP ${status})`}`,
    { error: undefined, status, ...limited, ...(intercepted && { intercepted }) },
    {
      cause: foreign,
      detail: vendorError === undefined ? [] : [vendorError],
      hint: hintAtLimit(status, limited.limit) ?? vendorHint,
    },
  )
}

/** When the provider may be asked again (RFC 9110 §10.2.3), by the headers of a response of the library. */
function limitIn(response: unknown, now: number): { readonly limit?: RateLimit } {
  if (!(response instanceof Response)) return {}
  return { limit: readRateLimit(Object.fromEntries(response.headers), now) }
}

/** The issuer named by an ID token (`iss` claim) or a redirect (`iss` parameter, RFC 9207). */
function issuerIn(nested: unknown): unknown {
  const { claims, parameters } = ((nested as Foreign | undefined)?.cause ?? {}) as {
    claims?: { iss?: unknown }
    parameters?: unknown
  }
  const named = parameters instanceof URLSearchParams ? parameters.get('iss') : undefined
  return named ?? claims?.iss
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'object' && value !== null && (value as { status?: unknown }).status
  return typeof status === 'number' ? status : undefined
}

function answered(
  foreign: Foreign,
  doing: string,
  where: Where,
  personAsked: boolean,
  {
    preset,
    hintValues,
    now,
    proofSent,
  }: {
    readonly preset: Preset
    readonly hintValues: HintValues
    readonly now: number
    readonly proofSent?: boolean
  },
): Failure {
  const sent = sentError(foreign.error)
  const description =
    typeof foreign.error_description === 'string' ? safeText(foreign.error_description, 300) : ''
  const detail = [description ? `${sent}: ${description}` : sent]
  const error = namedError(preset, sent, description)
  const meant = preset.deviceErrorAliases[error] ?? error
  const denied = meant === 'access_denied'
  const proof = PROOF_ERRORS.get(error)
  if (proof) {
    const wire = { error, status: statusOf(foreign) }
    const [code, { message, hint }] =
      proofSent === false ? (['settings', PROOF_WANTED] as const) : (['provider-failed', proof] as const)
    return new ProviderFailure(code, message, wire, { detail, hint })
  }
  const mayDecline = personAsked && isRefusal(meant)
  const known = { error, description, where, ...(mayDecline && { meant: 'access_denied' }) }
  const { hint, notByPerson = false, isLasting, endsSession } = adviceFor(preset.id, known, hintValues) ?? {}
  const declined = mayDecline && !notByPerson
  const barred = denied || (notByPerson && (personAsked || !nobodyAsked(meant)))
  return new ProviderFailure(
    declined ? 'declined' : barred ? 'not-allowed' : isLasting ? 'settings' : lasting(meant),
    declined ? 'the sign-in was declined' : `the provider refused to ${doing}`,
    {
      error: where === 'device' ? meant : error,
      status: statusOf(foreign),
      ...limitIn(foreign.response, now),
      ...(endsSession && { endsSession }),
    },
    { detail, hint },
  )
}
