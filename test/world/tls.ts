import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { generate } from 'selfsigned'

/** A certificate authority and one server certificate from it, all PEM. */
export interface Tls {
  /** Trust this (`NODE_EXTRA_CA_CERTS`, `ca`) and the server is trusted. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const HOUR = 3_600_000
/** EC P-256: making a key takes a millisecond, of RSA a hundred. */
const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/**
 * Makes an authority and a certificate for a loopback server, fresh at every call: nothing that could be trusted by
 * mistake lies in the repository.
 * @param options.hosts names and addresses to certify; `localhost`, `127.0.0.1` and `::1` when absent.
 * @param options.notAfter end of the server certificate's validity; in one day when absent. Set it in the past for an
 *   expired certificate.
 */
export async function makeTls(options: { hosts?: readonly string[]; notAfter?: Date } = {}): Promise<Tls> {
  const { hosts = ['localhost', '127.0.0.1', '::1'], notAfter = new Date(Date.now() + 24 * HOUR) } = options
  // A name of its own: of two trusted authorities that are called the same, OpenSSL may try the wrong one.
  const authority = await generate([{ name: 'commonName', value: `Test Authority ${randomUUID()}` }], {
    ...KEYS,
    notBeforeDate: new Date(Date.now() - HOUR),
    notAfterDate: new Date(Date.now() + 24 * HOUR),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: hosts[0] ?? 'server' }], {
    ...KEYS,
    ca: { key: authority.private, cert: authority.cert },
    // An hour before its end or before now, whichever is earlier.
    notBeforeDate: new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR),
    notAfterDate: notAfter,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) =>
          isIP(host) === 0 ? ({ type: 2, value: host } as const) : ({ type: 7, ip: host } as const),
        ),
      },
    ],
  })
  return { ca: authority.cert, cert: server.cert, key: server.private }
}
