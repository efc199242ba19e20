import { createHash, timingSafeEqual } from 'node:crypto'
import { readTraceparent } from '../../api/request-headers.ts'
import { type Backend, isReadRoute } from '../../backends/backend.ts'
import type { LocalRequest } from '../../ports/ports.ts'

/** What a proxy lets through. */
export interface ProxyRules {
  /** On a TCP port: the one Host there is, and the secret. On a Unix socket, whose file is closed to others: undefined. */
  readonly port: { readonly hosts: readonly string[]; readonly secret: string } | undefined
  readonly backend: Pick<Backend, 'name' | 'readRoutes'>
  /** The header in which the API wants the token: a caller cannot send it. */
  readonly tokenHeader: string
  /** Not the read routes of the back end alone. */
  readonly allowWrite: boolean
}

/** A request that continues, with all that goes with it. */
export interface Pass extends RequestTarget {
  readonly pass: true
  readonly method: string
  readonly headers: readonly Header[]
  /** As the caller sent it; empty: none that is valid. */
  readonly traceparent: string
  /** Bytes of the body, as its header says; undefined: not known before its end. */
  readonly bodyBytes: number | undefined
}

/** A request that goes no further. */
export interface Refusal {
  readonly pass: false
  readonly status: 400 | 403 | 421
  /** A sentence for the caller. */
  readonly why: string
  /** The path as a log may show it: without the secret, nor what may be a mistyped one. */
  readonly path: string
  readonly wrongSecret: boolean
}

/** TRACE would answer with the request itself, token included; CONNECT is a tunnel. */
const NEVER = /^(TRACE|TRACK|CONNECT)$/

/**
 * Whether a request may go to the API with the token, and as what. Pure, so that a table of attacks is its test. What needs
 * no secret is judged first: it tells a stranger nothing. Of the headers of a browser, a page can neither set nor leave out
 * `Origin` and `Sec-Fetch-Site` (Fetch standard, forbidden request-header).
 */
export function judge(request: LocalRequest, rules: ProxyRules): Pass | Refusal {
  const headers = pairsOf(request.headers)
  const asked = readTarget(request.target)
  const given = asked && withoutSecret(asked, headers, rules)
  const isSecretLeft = given !== undefined && holdsSecret(given, rules)
  const refuse = (status: Refusal['status'], why: string, wrongSecret = false): Refusal => ({
    pass: false,
    status,
    why,
    path: given === undefined || isSecretLeft ? '/…' : given.path,
    wrongSecret,
  })
  const bodyBytes = bodyBytesOf(headers)
  if (asked === undefined)
    return refuse(400, 'The path must begin with one / and have no .., // or encoded slashes.')
  const hosts = valuesOf(headers, 'host')
  if (hosts.length > 1) return refuse(400, 'There is more than one Host header.')
  if (Number.isNaN(bodyBytes)) return refuse(400, 'The length of the body is not clear.')
  if (/^(GET|HEAD)$/.test(request.method) && bodyBytes !== 0)
    return refuse(400, `A ${request.method} request has no body here.`)
  if (rules.port !== undefined && !rules.port.hosts.includes(hosts[0] ?? ''))
    return refuse(421, 'The Host header must be the address that the proxy printed.')
  if (isFromPage(headers)) return refuse(403, 'The proxy does not serve web pages.')
  if (given === undefined)
    return refuse(403, 'The secret is missing or wrong. Use the whole address that the proxy printed.', true)
  if (isSecretLeft) return refuse(400, 'The secret is in the address more than once.')
  if (NEVER.test(request.method)) return refuse(403, `${request.method} is not allowed.`)
  if (!rules.allowWrite && !isRead(request.method, given.path, rules.backend))
    return refuse(403, `Only requests that read traces of ${rules.backend.name} are allowed.`)
  const traceparent = traceparentOf(headers)
  // Of a trace that is not continued (W3C Trace Context §3.3.1).
  const orphans = traceparent === '' ? ['tracestate'] : []
  return {
    pass: true,
    method: request.method,
    ...given,
    headers: headersToPass(headers, [rules.tokenHeader, ...orphans]).filter(
      ([, value]) => !isSecretIn(value, rules),
    ),
    traceparent,
    bodyBytes,
  }
}

function traceparentOf(headers: readonly Header[]): string {
  const [first, ...more] = valuesOf(headers, 'traceparent')
  return first !== undefined && more.length === 0 && readTraceparent(first) ? first : ''
}

/** A HEAD is its GET without the body of the answer (RFC 9110 §9.3.2). */
const isRead = (method: string, path: string, backend: ProxyRules['backend']): boolean =>
  isReadRoute(backend, method === 'HEAD' ? 'GET' : method, path)

/** Also a preflight, by which a browser asks for a page. */
function isFromPage(headers: readonly Header[]): boolean {
  return headers.some(([name, value]) => {
    const plain = name.toLowerCase()
    if (plain === 'sec-fetch-site') return value.trim().toLowerCase() !== 'none'
    return plain === 'origin' || plain.startsWith('access-control-request-')
  })
}

/** NaN: two lengths, a length and chunks, or no number. Node's parser refuses most of these before. */
function bodyBytesOf(headers: readonly Header[]): number | undefined {
  const lengths = valuesOf(headers, 'content-length')
  const isChunked = valuesOf(headers, 'transfer-encoding').length > 0
  if (lengths.length + Number(isChunked) > 1) return Number.NaN
  if (isChunked) return undefined
  const [length = '0'] = lengths
  return /^\d{1,15}$/.test(length) ? Number(length) : Number.NaN
}

/** The target as the API knows it; undefined when the secret is neither in the path nor in Authorization. */
function withoutSecret(
  { path, query }: RequestTarget,
  headers: readonly Header[],
  { port }: ProxyRules,
): RequestTarget | undefined {
  if (port === undefined) return { path, query }
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? []
  const authorizations = valuesOf(headers, 'authorization')
  const bearer =
    /^bearer +(\S+)$/i.exec(authorizations.length === 1 ? (authorizations[0] ?? '') : '')?.[1] ?? ''
  // Both are compared every time: the time of the answer says nothing.
  const [inPath, inHeader] = [isSame(first, port.secret), isSame(bearer, port.secret)]
  if (inPath) return { path: rest || '/', query }
  return inHeader ? { path, query } : undefined
}

/** The API and its log get no secret. */
const isSecretIn = (text: string, { port }: ProxyRules): boolean =>
  port !== undefined && text.includes(port.secret)

const holdsSecret = ({ path, query }: RequestTarget, rules: ProxyRules): boolean =>
  isSecretIn(path + query, rules)

/** In constant time; hashed, because only buffers of one length can be compared so. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}

/** A header as it came: its name and its value. */
export type Header = readonly [name: string, value: string]

/** Names and values in turn, as a server gives them, as pairs. */
const pairsOf = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []))

/** All values of a header; `name` in lower case. */
const valuesOf = (headers: readonly Header[], name: string): string[] =>
  headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

/**
 * All that the API hears of a caller's request, beside the token, the tenant and what the record adds. Any other header may
 * change who asks, for which tenant, or the method, and every gateway and vendor has names of its own for that. Not `range`: a
 * token that the API echoes could come in two halves. Conditions continue, as a write without them is another one.
 */
const KNOWN =
  /^(accept|accept-encoding|accept-language|content-encoding|content-type|if-(un)?modified-since|if-(none-)?match|tracestate)$/

/** The caller's headers that continue: {@link KNOWN}, without `others` and what is for one connection (RFC 9110 §7.6.1). */
function headersToPass(headers: readonly Header[], others: readonly string[]): Header[] {
  const named = valuesOf(headers, 'connection').flatMap((value) => value.split(','))
  const unwanted = [...others, ...named].map((name) => name.trim().toLowerCase())
  return headers.filter(([name]) => KNOWN.test(name.toLowerCase()) && !unwanted.includes(name.toLowerCase()))
}

/** What a request asks for, still percent-encoded as it came. */
interface RequestTarget {
  /** Begins with "/". */
  readonly path: string
  /** With its "?", or empty. */
  readonly query: string
}

/** RFC 3986 §3.3 without ";": some servers take `..;` for `..`. */
const PATH = /^(\/[\w\-.~!$&'()*+,=:@%]*)+$/
const QUERY = /^[\x21-\x22\x24-\x7e]*$/
/** All but slash, backslash, dot, semicolon and control characters, which decide what a path means. */
const MEANINGLESS = /[^/\\.;\p{Cc}]/gu
/** No client encodes a path so often, and each time costs. */
const MOST_DECODINGS = 8

/**
 * Reads the target of a request line in origin form (RFC 9112 §3.2.1). Undefined for all that two servers may read in two
 * ways: another form, an empty, dot or encoded segment, a fragment, a broken percent-encoding.
 */
function readTarget(target: string): RequestTarget | undefined {
  const [, path = '', query = ''] = /^([^?]*)(\?[\s\S]*)?$/.exec(target) ?? []
  if (!PATH.test(path) || !QUERY.test(query) || !isDecodable(path) || hidesMeaning(path)) return undefined
  if (path.includes('//') || path.split('/').some((segment) => segment === '.' || segment === '..'))
    return undefined
  return { path, query }
}

/** Decodes a path until nothing changes, as servers in a row might, and looks for what was missing before. */
function hidesMeaning(path: string): boolean {
  let plain = path
  for (let round = 0; round < MOST_DECODINGS; round += 1) {
    const before = plain
    plain = before.replace(/%([0-7][\da-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (plain !== before) continue
    const isSame = plain.replace(MEANINGLESS, '') === path.replace(MEANINGLESS, '')
    return !isSame || !isDecodable(plain.replace(/%(?![\da-f]{2})/gi, '%25'))
  }
  return true
}

/** False for a percent sign without two digits, and for what isn't a UTF-8, such as a slash in too many bytes. */
function isDecodable(path: string): boolean {
  try {
    // The value is used: a bundler takes the call for pure, and removes it with a value that is not.
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}
