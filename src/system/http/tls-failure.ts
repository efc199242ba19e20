import { Failure, NetworkFailure } from '../../errors.ts'

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
])
const NEVER_SKIPPED = 'ls-auth never skips this check.'
const INVALID: ReadonlyMap<string, readonly [what: string, hint: string]> = new Map([
  [
    'CERT_HAS_EXPIRED',
    [
      'has expired',
      `If the clock of this machine is right, ask whoever runs that host for a new one. ${NEVER_SKIPPED}`,
    ],
  ],
  [
    'CERT_NOT_YET_VALID',
    [
      'is not valid yet',
      `Check the clock of this machine. If it's right, ask whoever runs that host. ${NEVER_SKIPPED}`,
    ],
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'is for another host',
      `Check the address. Another server may be answering for that host. ${NEVER_SKIPPED}`,
    ],
  ],
])

/**
 * Failure `refused` when the certificate of a host was not accepted; undefined for any other error.
 * @param peer the host, or the proxy on the way to it, as messages name it
 */
export function certificateFailure(code: string, peer: string, cause: unknown): Failure | undefined {
  if (UNTRUSTED.has(code)) {
    return new Failure('refused', `the certificate of ${peer} is not signed by a CA that ls-auth trusts`, {
      hint: 'ls-auth trusts the CAs of Node.js, not those of the system. If your company inspects TLS, set ca_file (or NODE_EXTRA_CA_CERTS) to its CA certificate.',
      cause,
    })
  }
  const [what, hint] = INVALID.get(code) ?? []
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
export function handshakeFailure(
  message: string,
  peer: string,
  sent: boolean,
  cause: unknown,
): NetworkFailure | undefined {
  const [, what, hint] = HANDSHAKES.find(([pattern]) => pattern.test(message)) ?? []
  return what && hint ? new NetworkFailure(`${peer} ${what}`, sent, { hint, cause }) : undefined
}
