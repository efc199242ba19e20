import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { writeKey } from '../apache.ts'
import { API_KEY, gatewayFixture, PROJECT, TRACE } from './fixture.ts'

const HOSTILE = [
  ['quotes, backslashes and a second line', 'a"b\\c\n{"sub":"evil"}\r\t'],
  ['the end of an object', '"},{"status":200'],
  ['control characters', '\u0001\u000b\u001b[31mred\u007f'],
  ['every kind of letter', 'José 💥 \u2028 \u202e'],
  ['what looks encoded already', '%22%0a\\x22\\u0022'],
  ['a long name', 'n'.repeat(3000)],
] as const

/** One line of JSON a request, whatever is in it. */
export function logSuite(): void {
  const world = gatewayFixture()

  it('tells who, with what, when, what and how long', async () => {
    const jti = crypto.randomUUID()
    const token = await world.issuer.mint({ jti })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const own = {
      'x-request-reason': 'INC-4711: "slow"',
      traceparent,
      'user-agent': 'ls-auth/1.0.0 (linux; cli)',
    }
    await world.send(`${TRACE}?span-id=abc`, { token, headers: own })
    const line = await world.gateway.line(jti)
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}$/),
      iss: world.issuer.issuer,
      sub: 'ada@example.com',
      oid: '',
      client: 'ls-auth',
      jti,
      repository: '',
      method: 'GET',
      path: TRACE,
      query: 'span-id=abc',
      place: 'acme/prod',
      status: 200,
      why: '',
      duration_us: expect.any(Number),
      reason: encodeLike('INC-4711: "slow"'),
      traceparent,
      agent: encodeLike('ls-auth/1.0.0 (linux; cli)'),
      remote: '127.0.0.1',
    })
    expect(Math.abs(Date.parse(line.time) - Date.now())).toBeLessThan(60_000)
  })

  it.each([
    ['nothing', {}, { reason: '', traceparent: '', agent: '' }],
    ['a long reason', { 'x-request-reason': 'r'.repeat(201) }, { reason: '(invalid)' }],
    ['a reason with odd bytes', { 'x-request-reason': 'a\u00ff"}' }, { reason: '(invalid)' }],
    ['a reason with quotes', { 'x-request-reason': '"},{"sub":"evil' }, { reason: '"},{"sub":"evil' }],
    ['a token as a reason', { 'x-request-reason': 'eyJhbGciOiJub25lIn0.e30.' }, { reason: '(hidden)' }],
    ['no traceparent', { traceparent: '00-"}-x' }, { traceparent: '' }],
    ['a long agent', { 'user-agent': `"${'a'.repeat(300)}` }, { agent: `"${'a'.repeat(199)}` }],
  ])('keeps what the caller says of itself on one line: %s', async (_name, headers, kept) => {
    const jti = crypto.randomUUID()
    await world.send(TRACE, { token: await world.issuer.mint({ jti }), headers })
    const { reason, traceparent, agent } = await world.gateway.line(jti)
    const decoded = { reason, traceparent, agent }
    for (const [name, value] of Object.entries(kept))
      expect(decodeURIComponent(decoded[name as keyof typeof decoded])).toBe(value)
  })

  it('has the reason of a request that was refused', async () => {
    const reason = crypto.randomUUID()
    expect((await world.send(TRACE, { headers: { 'x-request-reason': reason } })).status).toBe(401)
    expect(await world.gateway.line(reason)).toMatchObject({ status: 401, reason })
  })

  it.each(HOSTILE)('keeps a name with %s on one line', async (_name, sub) => {
    const jti = crypto.randomUUID()
    const token = await world.issuer.mint({ jti, sub, client_id: sub })
    expect((await world.send(TRACE, { token })).status).toBe(200)
    const line = await world.gateway.line(jti)
    expect(decodeURIComponent(line.sub)).toBe(sub)
    expect(decodeURIComponent(line.client)).toBe(sub)
    expect(line.status).toBe(200)
  })

  it.each([
    ['there is route not found', 404, '/public/v0.2/acme/role-binding', {}],
    ['the path is not one of the API', 404, '/index.html', {}],
    ['the path is too long for a file', 404, `/${'a'.repeat(300)}`, {}],
    ['the path is too deep for a file', 404, `/${'a/'.repeat(3000)}`, {}],
    ['the path hides a slash', 404, `${PROJECT}/x%2f..%2f..%2frole-binding`, {}],
    ['the body has no length', 411, `${PROJECT}/telemetry/attributes`, { 'transfer-encoding': 'chunked' }],
    ['the body is too large', 413, `${PROJECT}/telemetry/attributes`, { 'content-length': '1000000' }],
  ])('names the person when %s: %i', async (_name, status, path, headers) => {
    const jti = crypto.randomUUID()
    const method = status === 404 ? 'GET' : 'POST'
    const token = await world.issuer.mint({ jti })
    expect((await world.send(path, { method, token, headers })).status).toBe(status)
    expect(await world.gateway.line(jti)).toMatchObject({ status, sub: 'ada@example.com', why: '' })
  })

  it('names the person when the gateway has no key: 503', async () => {
    const jti = crypto.randomUUID()
    await writeKey(world.gateway.keyFile, '')
    expect((await world.send(TRACE, { token: await world.issuer.mint({ jti }) })).status).toBe(503)
    await writeKey(world.gateway.keyFile, API_KEY)
    expect(await world.gateway.line(jti)).toMatchObject({ status: 503, sub: 'ada@example.com' })
  })

  it('stays JSON for requests that are none', async () => {
    const token = await world.issuer.mint()
    const mark = crypto.randomUUID()
    const lines = [
      `GET ${TRACE}"\\\u00ff?${mark}"}\\\u00ff HTTP/1.1`,
      `GET ${TRACE}\u0001 HTTP/1.1`,
      'G"T\\ / HTTP/1.1',
      '\u0016\u0003\u0001\u0002"',
      `GET ${TRACE}`,
      `GET /${'a'.repeat(20_000)} HTTP/1.1`,
      `GET ${TRACE} HTTP/1.1\r\nBad Header: "`,
      `GET ${TRACE} HTTP/1.1\r\nLong: ${'b'.repeat(40_000)}`,
    ]
    for (const line of lines) await hurl(`${line}\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    // Throws at a line that is not JSON.
    expect(decodeURIComponent((await world.gateway.line(mark)).query.replaceAll('%ff', ''))).toContain(
      `${mark}"}\\`,
    )
  })

  async function hurl(bytes: string): Promise<void> {
    const socket = connect(world.gateway.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(Buffer.from(bytes, 'latin1'))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await Promise.race([closed, sleep(300)])
    socket.destroy()
  }
}

/** As Apache's `escape` leaves it: with the characters that need no encoding in a path. */
const encodeLike = (text: string): string =>
  encodeURIComponent(text).replace(/%(3A|2F|3B)/g, (code) => decodeURIComponent(code))
