import { Failure, NetworkFailure } from '../../errors.ts'
import { isLoopback } from '../../loopback-host.ts'

const NOT_CONNECTED: Record<string, string> = {
  ENOTFOUND: 'unknown host name',
  ECONNREFUSED: 'no program listens there',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ETIMEDOUT: 'it does not answer',
}
/** For any other error of getaddrinfo(3): EAI_AGAIN, EAI_FAIL, EAI_NODATA, EAI_MEMORY. */
const NOT_LOOKED_UP = 'DNS lookup failed'
/** These also end a connection that was open, whose request may have arrived. */
const ALSO_LATER = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])

const PROXY_HINT = 'Check HTTPS_PROXY, NO_PROXY and proxy in the profile.'
/** A tunnel has ten seconds where no timeout is set. */
const SLOW_PROXY_HINT = `${PROXY_HINT} If it's just slow: --timeout 30`
const NOT_HTTP_HINT = 'Check the address and its port. If both are right, ask whoever runs that host.'

/**
 * Maps the error of a request without an answer to a Failure with our own message: `refused` for a certificate, else a
 * NetworkFailure. That knows whether the request may have been sent.
 */
export function networkFailure(error: unknown, url: URL, timedOut: boolean): Failure {
  const proxy = `the proxy on the way to ${url.host}`
  if (error instanceof NoTunnel && error.what) {
    const refused = `the proxy refused to reach ${url.host} (HTTP ${error.what})`
    const message = typeof error.what === 'number' ? refused : `${proxy} ${error.what}`
    const hint = error.what === 'does not answer' ? SLOW_PROXY_HINT : PROXY_HINT
    return new NetworkFailure(message, false, { hint, cause: error })
  }
  const cause = rootCause(error)
  const code = String(cause.code ?? '')
  const sent = !(error instanceof NotConnected)
  const ofProxy = error instanceof NoTunnel || isFromProxy(cause, url)
  const peer = ofProxy ? proxy : url.host
  const tls =
    certificateFailure(code, peer, error) ?? handshakeFailure(`${code} ${cause.message}`, peer, sent, error)
  if (tls) return tls
  const notHttp = whyNotHttp(code, cause)
  if (notHttp) return new NetworkFailure(`${peer} ${notHttp}`, sent, { hint: NOT_HTTP_HINT, cause: error })
  const isOpen = ALSO_LATER.has(code) && cause.syscall !== 'connect'
  const reason = isOpen ? undefined : (NOT_CONNECTED[code] ?? lookedUpInVain(cause))
  if (reason && ofProxy) {
    const message = `cannot reach ${proxy}: ${reason}`
    return new NetworkFailure(message, false, { hint: PROXY_HINT, cause: error })
  }
  if (reason) {
    const hint = isLoopback(url) ? 'Start the server, or correct the address and its port.' : undefined
    return new NetworkFailure(`cannot reach ${url.host}: ${reason}`, false, {
      ...(hint && { hint }),
      cause: error,
    })
  }
  if (!sent && (timedOut || error.cause === undefined)) {
    const message = `cannot reach ${url.host}: no connection to it in time`
    return new NetworkFailure(message, false, { cause: error })
  }
  if (timedOut) return new NetworkFailure(`${url.host} did not answer in time`, true, { cause: error })
  const named = /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : ''
  return new NetworkFailure(`the connection to ${peer} broke${named}`, sent, { cause: error })
}

/** Errors of the parsers of Node.js and undici. */
function whyNotHttp(code: string, { name }: RootCause): string | undefined {
  if (/^(HPE|UND_ERR)_HEADERS?_OVERFLOW$/.test(code)) return 'sent more than 16 kB of headers'
  return /^HPE_/.test(code) || name === 'HTTPParserError' ? 'does not speak HTTP' : undefined
}

const lookedUpInVain = ({ syscall }: RootCause) => (syscall === 'getaddrinfo' ? NOT_LOOKED_UP : undefined)

/** The error of a socket names its peer; if that is not the requested host, it is the proxy. */
function isFromProxy(cause: RootCause, url: URL): boolean {
  if (typeof cause.hostname === 'string') return cause.hostname !== url.hostname
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return typeof cause.port === 'number' && cause.port !== port
}

interface RootCause {
  readonly name?: unknown
  readonly code?: unknown
  /** The call that failed, of an error of the system. */
  readonly syscall?: unknown
  readonly hostname?: unknown
  readonly port?: unknown
  readonly message: string
}

function rootCause(error: unknown): RootCause {
  let at = error as Partial<RootCause> & { cause?: unknown; errors?: unknown[] }
  for (let depth = 0; depth < 5; depth++) {
    const next = (at.errors?.[0] ?? at.cause) as typeof at | undefined
    if (typeof next !== 'object' || next === null) break
    at = next
  }
  const { name, code, syscall, hostname, port } = at
  return { name, code, syscall, hostname, port, message: String(at.message ?? '') }
}

/**
 * There was no connection to the host that was ready for a request (TCP, the tunnel of a proxy, TLS), so nothing was sent.
 * `cause`: why; without one it did not come in time.
 */
export class NotConnected extends Error {}

/** The proxy made no tunnel. `what`: what it did, or the status of its answer to CONNECT; undefined: see `cause`. */
export class NoTunnel extends NotConnected {
  readonly what: 'closed the connection' | 'does not answer' | number | undefined

  constructor(what: NoTunnel['what'], cause?: unknown) {
    super('no tunnel', { cause })
    this.what = what
  }
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
])
const NEVER_SKIPPED = 'ls-auth never skips this check.'
const INVALID: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  CERT_HAS_EXPIRED: [
    'has expired',
    `If the clock of this machine is right, ask whoever runs that host for a new one. ${NEVER_SKIPPED}`,
  ],
  CERT_NOT_YET_VALID: [
    'is not valid yet',
    `Check the clock of this machine. If it's right, ask whoever runs that host. ${NEVER_SKIPPED}`,
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'is for another host',
    `Check the address. Another server may be answering for that host. ${NEVER_SKIPPED}`,
  ],
}

/**
 * Failure `refused` when the certificate of a host was not accepted; undefined for any other error.
 * @param peer the host, or the proxy on the way to it, as messages name it
 */
function certificateFailure(code: string, peer: string, cause: unknown): Failure | undefined {
  if (UNTRUSTED.has(code)) {
    return new Failure('refused', `the certificate of ${peer} is not signed by a CA that ls-auth trusts`, {
      hint: 'ls-auth trusts the CAs of Node.js, not those of the system. If your company inspects TLS, set ca_file (or NODE_EXTRA_CA_CERTS) to its CA certificate.',
      cause,
    })
  }
  const [what, hint] = INVALID[code] ?? []
  return what && hint
    ? new Failure('refused', `the certificate of ${peer} ${what}`, { hint, cause })
    : undefined
}

/**
 * What OpenSSL says where no TLS is agreed on, and the alerts of the peer (RFC 8446 §6). Matched against its text, since Node
 * often gives EPROTO as the code.
 */
const HANDSHAKES: readonly (readonly [text: RegExp, what: string, hint: string])[] = [
  [
    /wrong.version.number|packet.length.too.long/i,
    'does not speak TLS there',
    'Is it http://? Check the address and its port, and those in HTTPS_PROXY and proxy.',
  ],
  [
    /alert.protocol.version|unsupported.protocol/i,
    'has no TLS version that ls-auth accepts',
    'Ask whoever runs it for TLS 1.2 or 1.3.',
  ],
  [
    /alert.certificate.required/i,
    'requires a client certificate',
    'Set client_cert and client_key in the profile.',
  ],
  [
    /alert.(bad.certificate|unknown.ca|unsupported.certificate|certificate.(expired|revoked|unknown))/i,
    'rejected the client certificate, or got none',
    'Set client_cert and client_key in the profile, or check them. The certificate may have expired, or the server may not trust its CA.',
  ],
  [
    /alert.handshake.failure/i,
    'ended the TLS handshake',
    'It may require a client certificate. Set client_cert and client_key in the profile.',
  ],
]

/** Failure `network` where the two sides do not agree on TLS; undefined for any other error. `peer`: as above. */
function handshakeFailure(
  message: string,
  peer: string,
  sent: boolean,
  cause: unknown,
): NetworkFailure | undefined {
  const [, what, hint] = HANDSHAKES.find(([pattern]) => pattern.test(message)) ?? []
  return what && hint ? new NetworkFailure(`${peer} ${what}`, sent, { hint, cause }) : undefined
}
