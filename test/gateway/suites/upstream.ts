import { expect, it } from 'vitest'
import { API_KEY, gatewayFixture, PROJECT, sentence, TRACE } from './fixture.ts'

/** Headers by which a caller could pass for somebody else, reach another tenant or another method; and unknown ones. */
const FORGED = [
  'Cookie',
  'Proxy-Authorization',
  'X-Scope-OrgID',
  'X-Tenant-Id',
  'Jaeger-Tenant',
  'X-Jaeger-Tenant',
  'X-Forwarded-User',
  'X-Forwarded-For',
  'X-Forwarded-Client-Cert',
  'X-Auth-Request-User',
  'X-Auth-Username',
  'X-Authenticated-User',
  'X-Pomerium-Jwt-Assertion',
  'X-Goog-Authenticated-User-Email',
  'X-Amzn-Oidc-Data',
  'X-JWT-Assertion',
  'X-SSL-Client-S-DN',
  'Remote-User',
  'X-WebAuth-User',
  'True-Client-IP',
  'Forwarded',
  'X-HTTP-Method-Override',
  'X-HTTP-Path-Override',
  'X-Original-URL',
  'X-Accel-Redirect',
  'X-Envoy-Original-Path',
  'Range',
  'Baggage',
  'Not-Yet-Invented',
]

/** Headers that a back end needs. */
const WANTED = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'ls-auth' }

/** The caller's credentials end here, the upstream's stay there. */
export function upstreamSuite(): void {
  const world = gatewayFixture()

  it('replaces the caller by the key: no token, no claim, no forged header arrives', async () => {
    const token = await world.issuer.mint()
    const headers = Object.fromEntries(FORGED.map((name) => [name, 'forged']))
    const answer = await world.send(TRACE, { token, headers: { ...headers, ...WANTED } })
    expect(answer.status).toBe(200)
    const arrival = world.upstream.arrivals.at(-1)
    expect(arrival?.headers.authorization).toBe(`Bearer ${API_KEY}`)
    expect(arrival?.headers).toMatchObject(WANTED)
    const everything = JSON.stringify(arrival)
    for (const secret of [token, 'ada@example.com', 'forged']) expect(everything).not.toContain(secret)
    expect(Object.keys(arrival?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'host',
      'user-agent',
    ])
  })

  it('passes on what tells how a body is to be read', async () => {
    const token = await world.issuer.mint()
    const headers = { 'content-type': 'application/json', expect: '100-continue', te: 'trailers' }
    const path = `${PROJECT}/telemetry/attributes`
    expect((await world.send(path, { method: 'POST', token, headers, body: '{}' })).status).toBe(200)
    const arrival = world.upstream.arrivals.at(-1)
    expect(arrival?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' })
    expect(arrival?.body).toBe('{}')
    expect(arrival?.headers.te).toBeUndefined()
  })

  it('adds the key even when the caller names it as a header of this connection only', async () => {
    const token = await world.issuer.mint()
    const headers = { connection: 'close, Authorization, X-Scope-OrgID' }
    expect((await world.send(TRACE, { token, headers })).status).toBe(200)
    expect(world.upstream.arrivals.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`)
  })

  it('does not let a header turn a read into a write', async () => {
    const token = await world.issuer.mint()
    const override = { 'x-http-method-override': 'GET' }
    const post = await world.send(`${PROJECT}/snapshots`, {
      method: 'POST',
      token,
      body: '{}',
      headers: override,
    })
    expect(post.status).toBe(403)
  })

  it('shows the caller neither the key nor the cookies of the upstream', async () => {
    const token = await world.issuer.mint()
    for (const status of [200, 404, 500]) {
      const answer = await world.send(`${TRACE}?answer=${status}`, { token })
      expect(answer.status).toBe(status)
      expect(answer.body).toBe('from the upstream')
      expect(answer.headers['content-type']).toBe('text/plain')
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(JSON.stringify(answer)).not.toContain(API_KEY)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-gw'))).toEqual([])
    }
  })

  it.each([401, 403])('says whose fault it is when the upstream answers %i', async (status) => {
    const jti = crypto.randomUUID()
    const token = await world.issuer.mint({ jti })
    const answer = await world.send(`${TRACE}?answer=${status}`, { token })
    expect(answer.status).toBe(status)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="traces", error_description="the trace back end refused the key of the gateway"',
    )
    expect(await world.gateway.line(jti)).toMatchObject({ status, why: 'key_refused' })
  })

  it('answers 502 in JSON when the upstream is gone', async () => {
    const token = await world.issuer.mint()
    await world.upstream.close()
    const answer = await world.send(TRACE, { token })
    expect(answer.status).toBeOneOf([502, 503])
    expect(answer.headers['content-type']).toBe('application/json')
    expect(sentence(answer)).toContain('trace back end')
  })
}
