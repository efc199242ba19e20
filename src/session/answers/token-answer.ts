import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import type { Preset } from '../../providers/preset.ts'
import { OF_OPENID } from '../../providers/scope-names.ts'
import { NOT_BOUND, OTHER_TOKEN_TYPE } from './provider-errors.ts'

/** The refresh token in a raw token response, before validation: one in a rejected response can still be revoked. */
export function refreshTokenIn({ status, body }: HttpAnswer): string | undefined {
  if (status !== 200) return undefined
  const token = jsonObject(body)?.refresh_token
  return typeof token === 'string' ? token : undefined
}

/**
 * How long the refresh token lives without use, seconds: `refresh_expires_in` of Keycloak, `refresh_token_expires_in` of Google and
 * others; no specification has them. 0: without end. Undefined: it is not said.
 */
export function refreshLifeIn(answer: Readonly<Record<string, unknown>>): number | undefined {
  const lifetime = answer.refresh_expires_in ?? answer.refresh_token_expires_in
  const seconds =
    typeof lifetime === 'number' || (typeof lifetime === 'string' && lifetime !== '') ? Number(lifetime) : -1
  return seconds >= 0 ? Math.min(Math.floor(seconds), CENTURY_SECONDS) : undefined
}

const CENTURY_SECONDS = 100 * 365 * 86_400

/** Whether a response carries tokens, valid or not: the provider has carried out the request. */
export const bringsTokens = (answer: HttpAnswer): boolean =>
  answer.status === 200 &&
  (refreshTokenIn(answer) !== undefined || typeof jsonObject(answer.body)?.access_token === 'string')

/**
 * An error response in the form in which the protocol library finds its OAuth error code. A WWW-Authenticate header beside the
 * code (RFC 6749 §5.2 requires one with `invalid_client`) hides the body from it. Some providers send the code as text or with
 * status 200.
 */
export function withPlainError(answer: HttpAnswer): HttpAnswer {
  const { 'www-authenticate': _, ...headers } = answer.headers
  const fields = jsonObject(answer.body)
  const refuses =
    typeof fields?.error === 'string' &&
    fields.error !== '' &&
    fields.access_token === undefined &&
    (answer.status === 200 || (answer.status >= 400 && answer.status < 500))
  if (!refuses) return { ...answer, headers }
  const status = answer.status === 200 ? 400 : answer.status
  return { ...answer, status, headers: { ...headers, 'content-type': 'application/json' } }
}

/**
 * A response without members that are `null`, and without an empty refresh token: some serialisers write absent members so, and
 * the protocol library takes neither.
 */
export function withoutNulls(answer: HttpAnswer): HttpAnswer {
  const members = Object.entries(jsonObject(answer.body) ?? {})
  const given = members.filter(
    ([name, value]) => value !== null && !(name === 'refresh_token' && value === ''),
  )
  if (given.length === members.length) return answer
  return { ...answer, body: Buffer.from(JSON.stringify(Object.fromEntries(given))) }
}

/** The response to a revocation: RFC 7009 §2.2 has 200 alone for success, and some providers answer 204. */
export function withPlainSuccess(answer: HttpAnswer): HttpAnswer {
  return answer.status > 200 && answer.status < 300 ? { ...answer, status: 200 } : answer
}

/** Response headers without Content-Encoding and Content-Length: the HTTP port has decoded the body already. */
export function withoutEncoding(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...rest } = headers
  return rest
}

/**
 * Failure `refused` unless the type is the requested one: a client must not use a token of an unknown type (RFC 6749 §7.1). The
 * library accepts both. A DPoP token is useless without its key, and a bearer token in its place would be useful to a thief
 * (RFC 9449 §5).
 */
export function checkTokenType(type: string, asked: 'bearer' | 'dpop' = 'bearer'): void {
  const came = type.toLowerCase()
  if (came === asked) return
  if (came !== 'bearer') throw new Failure('refused', `${OTHER_TOKEN_TYPE}; nothing was saved`)
  throw new Failure('refused', `${NOT_BOUND}; nothing was saved`, {
    hint: 'Ask whoever runs the identity provider to enable DPoP for this client. To do without it: ls-auth profile set dpop false',
  })
}

/** `b64token` of RFC 6750 §2.1. */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/
/** A compact JWS or JWE: three or five parts in base64url (RFC 7515 §3.1, RFC 7516 §3.1). */
const JWT = /^[\w-]+(\.[\w-]*){2}((\.[\w-]*){2})?$/

/**
 * Tokens go into a header and to a terminal unchanged (`ls-auth token --header`). A line break would add a header of its own,
 * control characters would drive the terminal. Failure `refused`, which quotes neither.
 */
export function checkTokenCharacters(answer: {
  readonly access_token: string
  readonly id_token?: string | undefined
}): void {
  const bad = !BEARER.test(answer.access_token)
    ? 'an access token'
    : answer.id_token !== undefined && !JWT.test(answer.id_token)
      ? 'an ID token'
      : undefined
  if (bad === undefined) return
  throw new Failure('refused', `the provider sent ${bad} with invalid characters; nothing was saved`)
}

/**
 * Normalises a device authorization response (RFC 8628 §3.2): Google writes `verification_url`; `interval` and
 * `expires_in` come as strings, as zero, or are missing. A body that cannot be parsed is passed on, for the protocol
 * library to reject.
 */
export function tolerateDeviceAnswer(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) return answer
  const body = jsonObject(answer.body)
  if (!body) return answer
  const interval = Number(body.interval ?? 5)
  const tolerated = {
    ...body,
    verification_uri: body.verification_uri ?? body.verification_url,
    verification_uri_complete: body.verification_uri_complete ?? body.verification_url_complete,
    expires_in: Number(body.expires_in ?? 600),
    interval: Number.isFinite(interval) && interval > 0 ? interval : 5,
  }
  return { ...answer, body: Buffer.from(JSON.stringify(tolerated)) }
}

/**
 * Requested scopes that were not granted. `granted`: `scope` of the token response; undefined: all (RFC 6749 §5.1). `idToken`:
 * it shows that `openid` was granted, whatever the answer lists. Some providers list the scopes of the API alone, and a missing
 * name or address does no harm.
 */
export function missingScopes(
  { preset }: { readonly preset: Pick<Preset, 'scopes' | 'scopeSpelling'> },
  granted: string | undefined,
  idToken: string | undefined,
): readonly string[] {
  if (granted === undefined) return []
  const held = granted.split(' ')
  // offline_access is visible by the refresh token; providers do not list it reliably in the granted scope.
  const unlisted = idToken === undefined ? ['offline_access'] : OF_OPENID
  return preset.scopes.filter(
    (scope) =>
      !unlisted.includes(scope) &&
      !held.includes(scope) &&
      !held.includes(preset.scopeSpelling[scope] ?? scope),
  )
}
