/** What a request says besides who asks: where it goes, how it is framed (RFC 9110 §7.6, RFC 9112 §6), what we say of it. */
const TAKEN =
  /^(host|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept(-.*)?|http2-settings|user-agent|x-request-reason|traceparent|tracestate|x-scope-orgid)$/
/** For the next hop alone, but for the one that carries credentials, which is for a proxy. */
const FOR_THE_HOP = /^proxy-/

/** Why a token cannot be sent in a header of this name; undefined: it can. */
export function wrongTokenHeader(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~\w-]{1,60}$/.test(name)) return 'the name of a header, such as X-JWT-Assertion'
  const plain = name.toLowerCase().replaceAll('_', '-')
  return TAKEN.test(plain) || FOR_THE_HOP.test(plain)
    ? 'a header that means nothing else in a request'
    : undefined
}
