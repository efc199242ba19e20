import { type Attributes, attribute, type Span } from '../model.ts'

const NAME_KEYS = ['host.id', 'host.name', 'hostname']

/** As of Zipkin's endpoints (`network.local.address` and its older names), and `ip` as Jaeger's clients write it. */
const ADDRESS_KEYS = ['host.ip', 'network.local.address', 'net.sock.host.addr', 'net.host.ip', 'ip']

/**
 * Whether two spans have one clock. The same process has; else the resources tell hosts apart, by the first attribute that both
 * have: the host itself first, then an address. The address of a pod tells less than its host: pods of one node share its clock.
 * Where nothing is known of the hosts, each service counts as a host of its own.
 */
export function onOneHost(a: Span, b: Span): boolean {
  if (a.resource === b.resource && a.resource.length > 0) return true
  return byName(a.resource, b.resource) ?? byAddress(a.resource, b.resource) ?? a.service === b.service
}

function byName(a: Attributes, b: Attributes): boolean | undefined {
  for (const key of NAME_KEYS) {
    const [hostA, hostB] = [textOf(a, key), textOf(b, key)]
    if (hostA !== undefined && hostB !== undefined) return hostA === hostB
  }
  return undefined
}

function byAddress(a: Attributes, b: Attributes): boolean | undefined {
  for (const key of ADDRESS_KEYS) {
    const [addressA, addressB] = [addressOf(a, key), addressOf(b, key)]
    if (addressA === undefined || addressB === undefined) continue
    if (addressA !== addressB) return false
    if (!OF_BRIDGES.test(addressA)) return true
  }
  return undefined
}

/** Docker gives these to its containers: two hosts each have one with the same address. */
const OF_BRIDGES = /^172\.(1[6-9]|2\d|3[01])\./

/** Every host has these or may have them: loopback, unspecified (RFC 4291 §2.5.2, RFC 1122 §3.2.1.3) and link-local ones. */
const OF_ANY_HOST = /^(127\.|169\.254\.|0\.0\.0\.0$|[0:]+1?$|fe[89ab][\da-f]:)/

/** In one spelling of those that are in use (RFC 5952 §4.3; RFC 4291 §2.5.5.2); undefined where it is no host's own. */
function addressOf(resource: Attributes, key: string): string | undefined {
  const address = textOf(resource, key)
    ?.toLowerCase()
    .replace(/^::ffff:(?=[\d.]+$)/, '')
  return address === undefined || OF_ANY_HOST.test(address) ? undefined : address
}

function textOf(resource: Attributes, key: string): string | undefined {
  const value = attribute(resource, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}
