/** A header as it came: its name and its value. */
export type Header = readonly [name: string, value: string]

/** Names and values in turn, as a server gives them, as pairs. */
export const pairsOf = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []))

/** All values of a header; `name` in lower case. */
export const valuesOf = (headers: readonly Header[], name: string): string[] =>
  headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

/** For one connection only (RFC 9110 §7.6.1). */
const HOP_BY_HOP =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|http2-settings)$/

/**
 * Who the caller says it is. The other side may believe that, from somebody who has a token: proxies and load balancers
 * hand on by these names whom they have let in.
 */
const IDENTITY = [
  /^(authorization|dpop|cookie2?|forwarded|via|x-forwarded.*|x-real-ip|x-client-.*|client-ip|true-client-ip|x-remote-.*|remote-.*|x-auth.*|x-user.*|x-webauth-.*|x-ssl-.*|ssl-.*)$/,
  /^(x-jwt-.*|x-(access|id)-token|x-api-key|x-tenant.*|x-consumer-.*|x-credential-.*|impersonate-.*|x-[a-z]+-(user|org-id|email|groups?|roles?))$/,
  /^(x-(email|groups?|roles?|principal|identity|subject)(-.*)?|tailscale-.*|from)$/,
  /^(x-amzn-oidc-.*|x-goog-(iap|authenticated)-.*|cf-access-.*|x-ms-(client-principal|token).*|x-pomerium-.*|x-vouch-.*)$/,
]

/** What makes some servers see another method or another path than the ones that were judged here. */
const OVERRIDE = /^(x-http-method.*|x-method-override|x-original-.*|x-rewrite-.*)$/

/**
 * `host` and `content-length` are set by what sends the request, the others by the record. `referer`: an address of the
 * proxy, which may have its secret and means nothing to the API.
 */
const OURS = /^(host|content-length|user-agent|x-request-reason|traceparent|referer)$/

/**
 * The caller's headers that go on. `others`: more names that do not. Servers that hand headers on as variables take "_"
 * for "-", so both count as the same.
 */
export function headersToPass(headers: readonly Header[], others: readonly string[]): Header[] {
  const named = valuesOf(headers, 'connection').flatMap((value) =>
    value.split(',').map((name) => name.trim().toLowerCase()),
  )
  const unwanted = others.map(plainName)
  return headers.filter(([name]) => {
    const plain = plainName(name)
    const dropped = [HOP_BY_HOP, ...IDENTITY, OVERRIDE, OURS].some((pattern) => pattern.test(plain))
    return !dropped && !unwanted.includes(plain) && !named.includes(name.toLowerCase())
  })
}

const plainName = (name: string): string => name.toLowerCase().replaceAll('_', '-')
