import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeProof, makeProofKey, signerOf, thumbprintOf } from '../../../src/dpop/proof-key.ts'
import { makeTls, type Tls } from '../../world/tls.ts'
import { type ApacheGateway, startApache, type Variables } from '../apache.ts'
import { type HaProxy, startHaProxy } from '../haproxy.ts'
import { type Message, send } from '../send.ts'
import { startTokenIssuer, type TokenIssuer } from '../token-issuer.ts'
import { startUpstream, type Upstream } from '../upstream.ts'
import { API_KEY, now, TRACE } from './fixture.ts'
import { askAtOnce, PEOPLE } from './people-at-once.ts'

const SHIPPED = resolve('docs/gateway/haproxy/haproxy.cfg')
/** The name that people know both gateways by. */
const HOST = 'traces-gw.acme.example'

interface Pair {
  readonly tls: Tls
  /** Holds the certificate of all three servers. */
  readonly home: string
  readonly issuer: TokenIssuer
  readonly upstream: Upstream
  readonly gateways: readonly ApacheGateway[]
  readonly balancer: HaProxy
}

/** Two gateways that have the values of their variables and one key file in common, and the balancer that is shipped. */
function pair(variables: Variables = {}): Pair {
  const parts = {} as { -readonly [Name in keyof Pair]: Pair[Name] }
  beforeAll(async () => {
    parts.tls = await makeTls({ hosts: [HOST, '127.0.0.1'] })
    parts.home = await mkdtemp(join(tmpdir(), 'ls-auth-balancer-'))
    const { ca, cert, key } = parts.tls
    const certificate = certificateOf(parts)
    await writeFile(certificate, `${cert}\n${key}`)
    await writeFile(authorityOf(parts), ca)
    parts.issuer = await startTokenIssuer()
    parts.upstream = await startUpstream()
    const common = { issuer: parts.issuer.issuer, upstream: parts.upstream.url, apiKey: API_KEY }
    // As docs/gateway/two-machines.md has it for a balancer at this address.
    const directives = [
      'LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so',
      'RemoteIPHeader X-Forwarded-For',
      'RemoteIPInternalProxy 127.0.0.1',
    ]
    const all = { ...variables, GW_TLS_CERTIFICATE: certificate, GW_TLS_KEY: certificate }
    const first = await startApache({ ...common, variables: all, directives })
    parts.gateways = [first]
    const others = { ...all, GW_KEY_FILE: first.keyFile }
    parts.gateways = [first, await startApache({ ...common, variables: others, directives })]
    const shipped = await readFile(SHIPPED, 'utf8')
    parts.balancer = await startHaProxy(({ address }) => placed(shipped, address, parts), ca)
  })
  afterAll(async () => {
    await parts.balancer?.close()
    // The first one has the key of both.
    for (const gateway of [...(parts.gateways ?? [])].reverse()) await gateway.close()
    await parts.upstream?.close()
    await parts.issuer?.close()
    await rm(parts.home, { recursive: true, force: true })
  })
  return parts
}

const certificateOf = ({ home }: Pick<Pair, 'home'>) => join(home, 'certificate.pem')
const authorityOf = ({ home }: Pick<Pair, 'home'>) => join(home, 'authority.pem')

/** The shipped file at other addresses, and without what needs root. Each change must find its line. */
function placed(text: string, address: string, pair: Pair): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^ {2}user haproxy\n {2}group haproxy\n/m, ''],
    [/bind \*:443 ssl crt \S+/, `bind ${address} ssl crt ${certificateOf(pair)}`],
    [/ca-file \S+/, `ca-file ${authorityOf(pair)}`],
    ...pair.gateways.map(
      ({ port }, n) => [new RegExp(`(server gateway-${n + 1}) \\S+`), `$1 127.0.0.1:${port}`] as const,
    ),
  ]
  return changes.reduce((all, [line, other]) => {
    if (!line.test(all)) throw new Error(`haproxy.cfg has no ${line}`)
    return all.replace(line, other)
  }, text)
}

/** One address for two gateways. */
export function balancerSuite(): void {
  const world = pair()
  const ask = (path: string, message: Message) =>
    send(world.balancer.url, path, { ca: world.tls.ca, ...message })

  it(`${PEOPLE} people at once: each stands in one of two logs, under their own name`, async () => {
    const [first = 0, second = 0] = await askAtOnce({ issuer: world.issuer, gateways: world.gateways, ask })
    // In turn, but for checks of health in between.
    expect(Math.abs(first - second)).toBeLessThan(PEOPLE / 10)
  })

  it('names the address of the person, not that of the balancer or one that the caller writes', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.66' }
    const token = await world.issuer.mint()
    for (const n of [1, 2]) await ask(`${TRACE}?from=${n}`, { token, headers, from: '127.0.0.2' })
    for (const [n, gateway] of world.gateways.entries()) {
      expect(await gateway.line('from=')).toMatchObject({ remote: '127.0.0.2', sub: 'ada@example.com' })
      expect((await gateway.accessLog()).split('from=').length, `gateway ${n + 1}`).toBe(2)
    }
  })

  it('nobody notices that one of them is gone', async () => {
    await world.gateways[1]?.close()
    const token = await world.issuer.mint()
    for (let n = 0; n < 6; n++) expect((await ask(TRACE, { token })).status).toBe(200)
  })
}

/** Tokens that are bound to a key, at one address for two gateways. */
export function balancedProofSuite(): void {
  const world = pair({ GW_DPOP_HOST: HOST, GW_DPOP_SCHEME: 'https' })

  it('a proof that was shown to one gateway is refused by both', async () => {
    const key = await makeProofKey()
    const token = await world.issuer.mint({ cnf: { jkt: await thumbprintOf(key) } })
    const url = new URL(`https://${HOST}${TRACE}`)
    const signer = await signerOf(key)
    for (let n = 0; n < 8; n++) {
      const facts = { method: 'GET', url, token, nonce: undefined, issuedAt: now(), id: randomUUID() }
      const headers = { authorization: `DPoP ${token}`, dpop: await makeProof(key, signer, facts) }
      const shown = async () => (await send(world.balancer.url, TRACE, { ca: world.tls.ca, headers })).status
      expect([await shown(), await shown(), await shown()]).toEqual([200, 401, 401])
    }
    // Both had their share: the test says something.
    for (const gateway of world.gateways) expect(await gateway.accessLog()).toContain('"status":200')
  })
}
