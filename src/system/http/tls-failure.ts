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
      `Ask whoever runs that host for a new one, if the clock of this machine is right. ${NEVER_SKIPPED}`,
    ],
  ],
  [
    'CERT_NOT_YET_VALID',
    [
      'is not valid yet',
      `Check the clock of this machine; if it is right, ask whoever runs that host. ${NEVER_SKIPPED}`,
    ],
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'is for another host',
      `Check the address; something on the way may answer in place of that host. ${NEVER_SKIPPED}`,
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
      hint: 'Those are the ones that Node.js brings, not those of the system. If your company inspects TLS, set ca_file (or NODE_EXTRA_CA_CERTS) to its CA certificate.',
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
const HANDSHAKES: readonly (readonly [said: RegExp, what: string, hint: string])[] = [
  [
    /wrong.version.number|packet.length.too.long/i,
    'speaks no TLS there',
    'Is it http://? Check the address and its port, and those in HTTPS_PROXY and proxy.',
  ],
  [
    /alert.protocol.version|unsupported.protocol/i,
    'speaks no version of TLS that ls-auth takes',
    'Ask whoever runs it for TLS 1.2 or 1.3.',
  ],
  [
    /alert.certificate.required/i,
    'wants a client certificate',
    'Set client_cert and client_key in the profile.',
  ],
  [
    /alert.(bad.certificate|unknown.ca|unsupported.certificate|certificate.(expired|revoked|unknown))/i,
    'did not accept the client certificate, or that there is none',
    'Set client_cert and client_key in the profile, or check them: it may have expired, or its CA is not accepted.',
  ],
  [
    /alert.handshake.failure/i,
    'ended the TLS handshake',
    'It may want a client certificate: set client_cert and client_key in the profile.',
  ],
]

/** Failure `network` where the two sides do not agree on TLS; undefined for any other error. `peer`: as above. */
export function handshakeFailure(
  said: string,
  peer: string,
  sent: boolean,
  cause: unknown,
): NetworkFailure | undefined {
  const [, what, hint] = HANDSHAKES.find(([pattern]) => pattern.test(said)) ?? []
  return what && hint ? new NetworkFailure(`${peer} ${what}`, sent, { hint, cause }) : undefined
}
