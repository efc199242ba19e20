import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeTls, type Tls } from '../../world/tls.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { send } from '../send.ts'
import { startTokenIssuer, type TokenIssuer } from '../token-issuer.ts'
import { startUpstream, type Upstream } from '../upstream.ts'
import { API_KEY, sentence, TRACE } from './fixture.ts'

/** https to the caller, and an upstream that is believed only with a certificate. */
export function tlsSuite(): void {
  let front: Tls
  let behind: Tls
  let directory = ''
  let issuer: TokenIssuer
  let upstream: Upstream
  const gateways: ApacheGateway[] = []

  beforeAll(async () => {
    ;[front, behind] = [await makeTls(), await makeTls()]
    directory = await mkdtemp(join(tmpdir(), 'ls-auth-tls-'))
    issuer = await startTokenIssuer()
    upstream = await startUpstream(behind)
    for (const [name, pem] of Object.entries({
      cert: front.cert,
      key: front.key,
      front: front.ca,
      behind: behind.ca,
    }))
      await writeFile(join(directory, `${name}.pem`), pem)
  })
  afterAll(async () => {
    for (const gateway of gateways) await gateway.close()
    await upstream.close()
    await issuer.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function through(authority: string) {
    const gateway = await startApache({
      issuer: issuer.issuer,
      upstream: upstream.url.replace('127.0.0.1', 'localhost'),
      apiKey: API_KEY,
      variables: {
        GW_TLS_CERTIFICATE: join(directory, 'cert.pem'),
        GW_TLS_KEY: join(directory, 'key.pem'),
        GW_UPSTREAM_CA: join(directory, `${authority}.pem`),
      },
    })
    gateways.push(gateway)
    return send(gateway.url, TRACE, { token: await issuer.mint(), ca: front.ca })
  }

  it('serves https and reaches an upstream whose certificate it trusts', async () => {
    const answer = await through('behind')
    expect(answer.status).toBe(200)
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+$/)
    expect(upstream.arrivals.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`)
  })

  it('does not send the key to an upstream it cannot verify', async () => {
    const before = upstream.arrivals.length
    const answer = await through('front')
    expect(answer.status).toBeOneOf([500, 502])
    expect(sentence(answer)).toContain('gateway')
    expect(upstream.arrivals.length).toBe(before)
  })
}
