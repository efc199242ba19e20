import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { holdsToken } from '../text/token-in-text.ts'

/**
 * Parameters of an authorization request that the protocol or a sign-in sets. Another `state` or `redirect_uri` would undo its
 * checks, and the rest has a setting or a flag. The last ones are the client's, in a request that is pushed.
 */
export const OWN_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method ' +
    'request request_uri dpop_jkt prompt max_age acr_values claims audience resource login_hint id_token_hint ' +
    'registration client_secret client_assertion client_assertion_type'
  ).split(' '),
)

const NAMED = /^([A-Za-z0-9._~-]+)=(.*)$/s

/**
 * Validates a list of `name=value`; names that differ in the case of letters alone are one to some providers. A value without
 * anything counts as left out (RFC 6749 §3.1). Failure `settings` names `where` they stand.
 */
export function validParameters(list: unknown, where: string, hint: string): readonly string[] {
  const wrong = (what: string, how = hint) => new Failure('settings', `${where} ${what}`, { hint: how })
  if (!Array.isArray(list)) throw wrong('must be a list of name=value')
  const names = new Set<string>()
  for (const one of list) {
    // Nothing of it is shown.
    if (typeof one === 'string' && holdsToken(one))
      throw wrong(
        'holds a token, which would be visible to anyone who reads it',
        'Remove it. Browsers and proxies keep the addresses of a sign-in.',
      )
    const [, name, value] = (typeof one === 'string' && NAMED.exec(one)) || []
    if (name === undefined || value === undefined) throw wrong('must be a list of name=value')
    const shown = safeText(name, 80)
    const plain = name.toLowerCase()
    if (OWN_PARAMETERS.has(plain))
      throw wrong(
        `sets "${shown}", which ls-auth sets itself`,
        'Remove it. Use its own setting or flag instead, such as --prompt.',
      )
    if (names.has(plain)) throw wrong(`names the parameter "${shown}" twice`)
    if (value.trim() === '') throw wrong(`gives "${shown}" no value`)
    if (value.trim() !== value) throw wrong(`has a value with spaces around it (${shown})`)
    if (safeText(value, value.length) !== value)
      throw wrong(`has a value with invisible characters (${shown})`)
    names.add(plain)
  }
  return list
}

/** Valid ones by their names. */
export const parameterRecord = (list: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    list.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const),
  )

/** What a request says besides who asks: where it goes, how it is framed (RFC 9110 §7.6, RFC 9112 §6), what we say of it. */
const TAKEN =
  /^(host|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept(-.*)?|http2-settings|user-agent|x-request-reason|traceparent|tracestate|x-scope-orgid)$/
/** For the next hop alone, except the credentials, which are for a proxy. */
const FOR_THE_HOP = /^proxy-/

/** The name of a header or of a scheme is a token (RFC 9110 §5.6.2); ours have at most 60 characters. */
const NAME = /^[!#$%&'*+.^_`|~\w-]{1,60}$/

/** Why a token cannot be sent in a header of this name; undefined: it can. */
export function wrongTokenHeader(name: string): string | undefined {
  if (!NAME.test(name)) return 'the name of a header, such as X-JWT-Assertion'
  const plain = name.toLowerCase().replaceAll('_', '-')
  return TAKEN.test(plain) || FOR_THE_HOP.test(plain)
    ? 'a header without another meaning in a request'
    : undefined
}

/**
 * The value of `authorization`: the name of a scheme, or a text with `{token}` in it. Failure `settings`; the value is not
 * shown, as it may be a token that a person pasted.
 */
export function checkAuthorization(text: string): string {
  if (text.includes('{token}') ? /^[\x20-\x7e]+$/.test(text) : NAME.test(text)) return text
  throw new Failure(
    'settings',
    'authorization is neither the name of a scheme nor a text with {token} in it',
    {
      hint: 'Write it like bearer, none, Token, or "Token token={token}".',
    },
  )
}
