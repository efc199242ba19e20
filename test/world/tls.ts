import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, integer, octets, oid, sequence, set, TRUE, tagged, time, utf8 } from './tls/der.ts'

/** A certificate authority and one server certificate from it, all PEM. */
export interface Tls {
  /** Trust this (`NODE_EXTRA_CA_CERTS`, `ca`) and the server is trusted. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const HOUR = 3_600_000

/**
 * Makes an authority and a certificate for a loopback server, fresh at every call: nothing that could be trusted by
 * mistake lies in the repository. EC P-256, so it takes about a millisecond.
 * @param options.hosts names and addresses to certify; `localhost`, `127.0.0.1` and `::1` when absent.
 * @param options.notAfter end of the server certificate's validity; in one day when absent. Set it in the past for an
 *   expired certificate.
 */
export function makeTls(options: { hosts?: readonly string[]; notAfter?: Date } = {}): Tls {
  const { hosts = ['localhost', '127.0.0.1', '::1'], notAfter = new Date(Date.now() + 24 * HOUR) } = options
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name: 'Test Authority', key: authority.privateKey, keyId: keyId(authority.publicKey) }
  const ca = certificate({
    issuer,
    name: issuer.name,
    publicKey: authority.publicKey,
    notAfter: new Date(Date.now() + 24 * HOUR),
    extensions: [
      extension('2.5.29.19', sequence(TRUE), true), // basicConstraints: a CA
      extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true), // keyUsage: keyCertSign, cRLSign
    ],
  })
  const cert = certificate({
    issuer,
    name: hosts[0] ?? 'server',
    publicKey: server.publicKey,
    notAfter,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true), // digitalSignature
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
      extension('2.5.29.17', sequence(...hosts.map(alternativeName))),
    ],
  })
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { ca, cert, key }
}

interface Request {
  issuer: { name: string; key: KeyObject; keyId: Buffer }
  name: string
  publicKey: KeyObject
  notAfter: Date
  extensions: Buffer[]
}

/** RFC 5280 section 4.1, version 3. Valid from an hour before its end or before now, whichever is earlier. */
function certificate({ issuer, name, publicKey, notAfter, extensions }: Request): string {
  const notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR)
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    distinguishedName(issuer.name),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      3,
      sequence(
        ...extensions,
        extension('2.5.29.14', octets(keyId(publicKey))),
        extension('2.5.29.35', sequence(tagged(0, issuer.keyId, false))),
      ),
    ),
  )
  const der = sequence(toBeSigned, ECDSA_SHA256, bits(sign('sha256', toBeSigned, issuer.key)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value))
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function alternativeName(host: string): Buffer {
  switch (isIP(host)) {
    case 4:
      return tagged(7, Buffer.from(host.split('.').map(Number)), false)
    case 6:
      return tagged(7, ipv6(host), false)
    default:
      return tagged(2, Buffer.from(host, 'ascii'), false)
  }
}

function ipv6(host: string): Buffer {
  const [head = '', tail] = host.split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const before = groups(head)
  const after = groups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
