import { Failure } from '../errors.ts'

/** What a request says besides who asks: where it goes, how it is framed (RFC 9110 §7.6, RFC 9112 §6), what we say of it. */
const TAKEN =
  /^(host|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept(-.*)?|http2-settings|user-agent|x-request-reason|traceparent|tracestate|x-scope-orgid)$/
/** For the next hop alone, but for the one that carries credentials, which is for a proxy. */
const FOR_THE_HOP = /^proxy-/

/** The name of a header or of a scheme is a token (RFC 9110 §5.6.2); ours have at most 60 characters. */
const NAME = /^[!#$%&'*+.^_`|~\w-]{1,60}$/

/** Why a token cannot be sent in a header of this name; undefined: it can. */
export function wrongTokenHeader(name: string): string | undefined {
  if (!NAME.test(name)) return 'the name of a header, such as X-JWT-Assertion'
  const plain = name.toLowerCase().replaceAll('_', '-')
  return TAKEN.test(plain) || FOR_THE_HOP.test(plain)
    ? 'a header that means nothing else in a request'
    : undefined
}

/**
 * The value of `authorization`: the name of a scheme, or a text with `{token}` in it. Failure `settings`; the value is not
 * shown, as it may be a token that somebody pasted.
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
