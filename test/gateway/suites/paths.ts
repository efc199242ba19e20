import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { gatewayFixture, PROJECT, sentence, TRACE } from './fixture.ts'

const BOTH = 'traces:read traces:write'

/** Addresses that must not lead anywhere, even for a token that may write. */
const NOWHERE = [
  '/',
  '/public',
  '/public/v0.2/',
  '/PUBLIC/v0.2/acme/projects',
  '/public/v0x2/acme/projects',
  '/public/v0.2/acme/role-binding',
  '/public/v0.2/acme/saml-group-mappings',
  '//public/v0.2/acme/role-binding',
  '/public/v0.2/acme/projects/../role-binding',
  '/public/v0.2/acme/projects/%2e%2e/role-binding',
  '/public/v0.2/acme/projects/%252e%252e/role-binding',
  '/public/v0.2/acme/projects/..%2frole-binding',
  '/public/v0.2/acme/projects/x%2f..%2f..%2frole-binding',
  '/public/v0.2/acme/projects/..%5crole-binding',
  '/public/v0.2/acme/projects/x/..;/role-binding',
  '/public/v0.2/acme/projects/x;y',
  '/public/v0.2/acme/projects/p%0a',
  '/public/v0.2/acme/projects/p%00',
  `${TRACE}/`,
  `${TRACE}%0a`,
  `${TRACE}%20`,
  `${TRACE}%3fspan-id=1`,
  `${TRACE}%23`,
  `${PROJECT}/dashboards`,
  `${PROJECT}/snapshots/..`,
  '/server-status',
  '/server-info',
  '/icons/',
  '/cgi-bin/x',
  '/oauth2/callback',
  `/${'a'.repeat(300)}`,
  `/${'a/'.repeat(3000)}`,
  '/index.html',
  '/index.html/x',
  '/etc/passwd',
]

/** Only the routes of the list exist, and what is checked is what is sent on. */
export function pathSuite(): void {
  const world = gatewayFixture()

  it.each(NOWHERE)('knows no %s', async (path) => {
    const before = world.upstream.arrivals.length
    const answer = await world.send(path, { token: await world.issuer.mint({ scope: BOTH }) })
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toMatch(/^(application\/json|text\/html)/)
    expect(world.upstream.arrivals.length).toBe(before)
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'knows no %s of a trace',
    async (method) => {
      const before = world.upstream.arrivals.length
      const token = await world.issuer.mint({ scope: BOTH })
      const answer = await world.send(TRACE, { method, token })
      expect(answer.status).toBe(404)
      expect(sentence(answer)).toContain('no such route')
      expect(world.upstream.arrivals.length).toBe(before)
    },
  )

  it('sends on the path it has checked, in its plain form', async () => {
    const token = await world.issuer.mint()
    const forms: [asked: string, sent: string][] = [
      [`${PROJECT}//stored-traces?span-id=1`, `${TRACE}?span-id=1`],
      [`${PROJECT}/x/../stored-traces`, TRACE],
      [`${PROJECT}/stored%2Dtraces`, TRACE],
      ['/public/v0.2/a%20b/projects/caf%C3%A9', '/public/v0.2/a%20b/projects/caf%C3%A9'],
    ]
    for (const [asked, sent] of forms) {
      expect((await world.send(asked, { token })).status).toBe(200)
      expect(world.upstream.arrivals.at(-1)?.url).toBe(sent)
    }
  })

  it('is no proxy to elsewhere, whatever form the request takes', async () => {
    const before = world.upstream.arrivals.length
    const bearer = `Host: x\r\nAuthorization: Bearer ${await world.issuer.mint({ scope: BOTH })}\r\nConnection: close\r\n\r\n`
    const first = async (line: string) => (await raw(`${line} HTTP/1.1\r\n${bearer}`)).split('\r\n')[0]
    expect(await first('GET http://elsewhere.example/role-binding')).toContain(' 404 ')
    expect(await first('CONNECT elsewhere.example:443')).toMatch(/ 40[045] /)
    // Apache answers this one itself, about itself.
    expect(await first('OPTIONS *')).toContain(' 200 ')
    expect(world.upstream.arrivals.length).toBe(before)
    expect(await first(`GET http://elsewhere.example${TRACE}`)).toContain(' 200 ')
    expect(world.upstream.arrivals.length).toBe(before + 1)
  })

  it('takes no body without a length, nor one of a megabyte', async () => {
    const token = await world.issuer.mint()
    const path = `${PROJECT}/telemetry/attributes`
    const before = world.upstream.arrivals.length
    const big = await world.send(path, { method: 'POST', token, body: 'x'.repeat(1_000_000) })
    expect(big.status).toBe(413)
    const headers = { 'transfer-encoding': 'chunked' }
    expect((await world.send(path, { method: 'POST', token, headers })).status).toBe(411)
    expect(world.upstream.arrivals.length).toBe(before)
    const fits = await world.send(path, { method: 'POST', token, body: 'x'.repeat(999_999) })
    expect(fits.status).toBe(200)
  })

  function raw(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(world.gateway.port, '127.0.0.1')
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1')
      })
      socket.once('close', () => resolve(answer))
      socket.once('error', reject)
      socket.write(request)
    })
  }
}
