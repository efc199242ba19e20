import { issuerMismatch } from '../../claims/issuer.ts'
import { Failure } from '../../errors.ts'
import { hintAtVendorError, isPage, networkSignIn } from '../../http-answers/error-body.ts'
import { hintAtLimit, type RateLimit, readRateLimit } from '../../http-answers/rate-limit.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { adviceFor, type HintValues, hintFor } from '../../providers/hints.ts'
import type { Preset } from '../../providers/preset.ts'
import type { Where } from '../../providers/preset-texts.ts'
import { safeText } from '../../text/safe-text.ts'

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
  readonly cause?: unknown
  readonly response?: unknown
}

/** Steps at which no person is asked. */
export const NOBODY_THERE: readonly Where[] = ['token', 'revocation']

/** These say what is wrong with an answer, and are followed by what became of it. */
export const NO_SUBJECT = 'the ID token names no subject (sub)'
export const OTHER_TOKEN_TYPE = 'the token response has a token type that ls-auth cannot use'
export const NOT_BOUND = 'the provider sent a plain bearer token, although dpop = true requires DPoP'

const NOT_VALID = 'the ID token is not valid'
const WRONG_ALGORITHM = "ls-auth does not accept the ID token's signature algorithm (alg)"
const NO_NONCE = 'the ID token has no nonce, so it may belong to another sign-in'
const OTHER_STATE = 'the answer belongs to another sign-in (state)'
const SEVERAL_CLIENTS = 'the ID token is for several clients (aud) and does not name this one (azp)'
const OTHER_CLAIM: Readonly<Record<string, string>> = {
  nonce: 'the ID token belongs to another sign-in (nonce)',
  aud: 'the ID token is for another client (aud)',
  azp: 'the ID token is for another client (azp)',
  sub: NO_SUBJECT,
}

/** What the OpenID library puts beside its code, in the `cause`; an ID token that it cannot read is a bare text. */
interface Details {
  readonly claim?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly expected?: unknown
  readonly parameters?: URLSearchParams
  readonly signature?: unknown
  readonly header?: unknown
  readonly body?: Readonly<Record<string, unknown>>
  readonly alg?: unknown
  /** Of a key. */
  readonly algorithm?: unknown
  readonly unread?: string
}

type Context = Parameters<typeof explainProviderError>[3]
/** Why an answer cannot be trusted; undefined: it cannot be used, and the next may be better. */
type Judge = (details: Details, context: Context) => string | Failure | undefined
const unusable: Judge = () => undefined

/** Every code of oauth4webapi and openid-client. What the provider itself has sent as an OAuth error is judged before. */
export const JUDGEMENTS: Readonly<Record<string, Judge>> = {
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: ({ claim = '', claims, expected }, context) =>
    claim === 'aud' && expected === undefined ? SEVERAL_CLIENTS : otherClaim(claim, claims, context),
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: () => NOT_VALID,
  OAUTH_KEY_SELECTION_FAILED: () => "no key of the provider fits the ID token's signature",
  OAUTH_INVALID_RESPONSE: judgeResponse,
  // A token answer that is JSON has been read before.
  OAUTH_PARSE_ERROR: (_, { tokensCame }) => (tokensCame ? NOT_VALID : undefined),
  OAUTH_UNSUPPORTED_OPERATION: ({ body, alg, algorithm, header, unread }) => {
    if (body) return OTHER_TOKEN_TYPE
    if (alg ?? algorithm) return WRONG_ALGORITHM
    return header || unread ? NOT_VALID : undefined
  },
  OAUTH_DECRYPTION_FAILED: () => NOT_VALID,
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: () => 'the answer names another issuer (iss)',
  OAUTH_ABORT: unusable,
  OAUTH_AUTHORIZATION_RESPONSE_ERROR: unusable,
  OAUTH_HTTP_REQUEST_FORBIDDEN: unusable,
  OAUTH_INVALID_REQUEST: unusable,
  OAUTH_INVALID_SERVER_METADATA: unusable,
  OAUTH_JWT_USERINFO_EXPECTED: unusable,
  OAUTH_MISSING_SERVER_METADATA: unusable,
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: unusable,
  OAUTH_RESPONSE_BODY_ERROR: unusable,
  OAUTH_RESPONSE_IS_NOT_CONFORM: unusable,
  OAUTH_RESPONSE_IS_NOT_JSON: unusable,
  OAUTH_TIMEOUT: unusable,
  OAUTH_WWW_AUTHENTICATE_CHALLENGE: unusable,
}

function judgeResponse(details: Details, context: Context): string | Failure | undefined {
  const { parameters, expected, signature, header, claims, body, unread } = details
  const { preset, metadata, hintValues } = context
  if (signature) return 'the signature of the ID token is wrong'
  if (parameters && expected === undefined) return missingIssuer(preset, hintValues)
  if (parameters && expected === metadata.issuer)
    return issuerMismatch(metadata.issuer, parameters.get('iss'))
  if (parameters) return OTHER_STATE
  if (claims) {
    // The library says in words alone which claim is missing, or of another type.
    const missing = ['iss', 'aud', 'sub', 'nonce'].find((name) => claims[name] === undefined) ?? ''
    return missing === 'nonce' ? NO_NONCE : otherClaim(missing, claims, context)
  }
  if (body) {
    const wrong = Object.entries(MEMBERS).find(([name, fits]) => !fits(body[name]))?.[0]
    if (wrong === 'token_type') return OTHER_TOKEN_TYPE
    return wrong === 'id_token' ? noIdToken(hintValues.scopes) : undefined
  }
  if (header) return WRONG_ALGORITHM
  return unread === undefined ? undefined : NOT_VALID
}

const otherClaim = (claim: string, claims: Details['claims'], { metadata }: Context): string | Failure =>
  claim === 'iss' ? issuerMismatch(metadata.issuer, claims?.iss) : (OTHER_CLAIM[claim] ?? NOT_VALID)

/** OpenID Connect Core §3.1.3.3: without `openid` none is due, and a sign-in with the browser needs one anyway. */
function noIdToken(scopes: readonly string[] | undefined): string | Failure {
  if (scopes === undefined || scopes.includes('openid'))
    return 'the provider sent no ID token, although openid was asked for'
  return new Failure(
    'settings',
    'the provider sent no ID token, because scopes lacks openid; nothing was saved',
    { hint: 'A browser sign-in needs it: ls-auth login --scope openid' },
  )
}

type Fits = (value: unknown) => boolean
const isText: Fits = (value) => typeof value === 'string' && value !== ''

/** What the library checks of a token response, in its order. */
const MEMBERS: Readonly<Record<string, Fits>> = {
  access_token: isText,
  token_type: isText,
  expires_in: (value) => value === undefined || Number.parseFloat(String(value)) >= 0,
  refresh_token: (value) => value === undefined || isText(value),
  scope: (value) => value === undefined || typeof value === 'string',
  id_token: isText,
}

/** Of the library's own error, which openid-client wraps, mostly. */
function detailsOf({ code, cause }: Foreign): Details {
  const inner = (cause as Foreign | undefined)?.code === code ? (cause as Foreign).cause : cause
  return typeof inner === 'string' ? { unread: inner } : ((inner ?? {}) as Details)
}

/** Whether the library found the key of an ID token, and the signature does not fit it. */
export const isBadSignature = (error: unknown): boolean =>
  !(error instanceof Failure) && detailsOf(error as Foreign).signature !== undefined

/**
 * Turns any error of the OpenID library or the HTTP port into a Failure (`refused`, `declined`, `network`,
 * `provider-failed`), by its codes alone. Of a `cause` only two issuer strings are shown: it may hold a token response.
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
    /** Of the last answer: it is one with tokens. */
    readonly tokensCame?: boolean
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
  if (foreign.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || foreign.code === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return unreadable(foreign, doing, where, context)
  const judgement = JUDGEMENTS[foreign.code ?? '']?.(detailsOf(foreign), context)
  if (judgement instanceof Failure) return judgement
  if (judgement) return new Failure('refused', `${judgement}; nothing was saved`, { cause: error })
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
  // The code and its proof would go where the provider's metadata did not say.
  if (where === 'authorization' && status !== undefined && status >= 300 && status < 400)
    return new Failure('refused', `the provider's token endpoint redirects (HTTP ${status})`, {
      hint: 'ls-auth sends secrets to no other address. Ask the administrator of the identity provider, or check for a proxy on the way.',
      cause: foreign,
    })
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

/** The provider has judged the request. Anything else (no answer, HTTP 5xx, 429) may go well at the next try. */
export const wasRefused = ({ wire: { error, status = 400 } }: ProviderFailure): boolean =>
  status < 500 &&
  status !== 429 &&
  (error === undefined ? status === 401 || status === 403 : !PASSING.includes(error))

/** RFC 6749 §4.1.2.1. */
const PASSING: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down']

/** The OAuth `error` of an answer (RFC 6749 §5.2); any other value is called `error`. */
const sentError = (error: unknown): string =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(String(error)) ? String(error) : 'error'

/** The error that was meant: some providers send invalid_request for all, and the code as its description. */
const namedError = ({ errorInDescription }: Preset, sent: string, description: string): string =>
  sent === 'invalid_request' && errorInDescription?.includes(description) ? description : sent

/** Errors about how the client is registered and what it asks for. */
const ABOUT_CLIENT: readonly string[] = [
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'invalid_redirect_uri',
  'redirect_uri_mismatch',
]

/** Errors of a provider that would have to ask a person. */
const NOBODY_ASKED: readonly string[] = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]

/** By OIDC Core §3.1.2.6 it is sent where no person was asked. */
const nobodyAsked = (error: string): boolean => NOBODY_ASKED.includes(error)

/** No second try fixes the first two. */
const lasting = (error: string): 'settings' | 'not-signed-in' | 'provider-failed' =>
  ABOUT_CLIENT.includes(error) ? 'settings' : nobodyAsked(error) ? 'not-signed-in' : 'provider-failed'

/** Some servers send the last two when the user has refused; in OIDC Core §3.1.2.6 they mean that no person was asked. */
const REFUSALS: readonly string[] = ['access_denied', 'consent_required', 'interaction_required']

/** A person may have refused, where one was asked. */
const isRefusal = (error: string): boolean => REFUSALS.includes(error)

/** Errors about the proof of a key (RFC 9449 §5, §8): neither code nor token was looked at. */
export const PROOF_ERRORS: ReadonlyMap<string, { readonly message: string; readonly hint: string }> = new Map(
  [
    [
      'use_dpop_nonce',
      {
        message: 'the provider asks for a new DPoP nonce every time',
        hint: 'Try again. If it keeps failing, ask whoever runs the identity provider.',
      },
    ],
    [
      'invalid_dpop_proof',
      {
        message: 'the provider rejected the DPoP proof',
        hint: "Check the clock of this machine: ls-auth doctor. If it's right, ask whoever runs the identity provider.",
      },
    ],
  ],
)

/** Of either error, where no proof was sent. */
const PROOF_WANTED = {
  message: 'the provider requires DPoP for this client',
  hint: 'Turn DPoP on: ls-auth login --dpop true',
} as const

/** Challenges that ask for the password of a person or of a machine: proxies and filters send them. */
const PASSWORD_SCHEMES: readonly string[] = ['basic', 'digest', 'kerberos', 'negotiate', 'ntlm']

/**
 * Whether a proxy, a filter or a captive portal on the way may have answered in place of the provider's endpoint. Signs are a
 * web page, a redirect, 407, or a 401 that takes passwords alone (RFC 9110 §11.6.1, §15.5.8). Only for an answer without an
 * OAuth error code: that is the provider's in any case.
 */
export const isIntercepted = (answer: HttpAnswer): boolean =>
  isPage(answer) ||
  (answer.status >= 300 && answer.status < 400) ||
  answer.status === 407 ||
  (answer.status === 401 && wantsPasswordOnly(answer.headers['www-authenticate'] ?? ''))

function wantsPasswordOnly(challenges: string): boolean {
  // A quoted text may hold a comma and the name of a scheme. What follows a comma is a scheme, or a parameter (name=…).
  const parts = challenges.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(',')
  const schemes = parts.flatMap((part) => /^\s*([\w-]+)(?!\s*=)(?=\s|$)/.exec(part)?.[1]?.toLowerCase() ?? [])
  return schemes.length > 0 && schemes.every((scheme) => PASSWORD_SCHEMES.includes(scheme))
}

/** Statuses of an address where an endpoint is not, or not any more: nothing on the way sends them. */
export const NOT_HERE: readonly number[] = [404, 405, 410]

/** Failure `refused` of a redirect without the `iss` that the metadata promise (RFC 9207 §2.4). */
function missingIssuer({ id }: Preset, values: HintValues): Failure {
  return new Failure('refused', 'the answer names no issuer (iss), although the provider promises it', {
    hint: hintFor(id, { where: 'authorization', error: 'issuer-missing' }, values),
  })
}
