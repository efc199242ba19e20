import { describe, expect, it } from 'vitest'
import { API_KEY, gatewayFixture } from './fixture.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** The two other back ends: their routes, and what only they need. */
export function backendSuite(): void {
  describe('Tempo', () => {
    const world = gatewayFixture({ GW_BACKEND: 'tempo', GW_TENANT: 'team-a' })

    it.each([
      `/api/traces/${TRACE_ID}?start=1&end=2`,
      `/api/v2/traces/${TRACE_ID}`,
      '/api/search?q=%7B%20.a%20%3D%20%22b%22%20%7D&limit=20',
      '/api/v2/search/tags?scope=span',
      '/api/v2/search/tag/span.http.url/values',
      '/api/metrics/query_range?q=%7B%7D',
      '/api/echo',
    ])('reads %s as the tenant it was given', async (path) => {
      const token = await world.issuer.mint()
      expect((await world.send(path, { token })).status).toBe(200)
      const arrival = world.upstream.arrivals.at(-1)
      expect(arrival?.url).toBe(path)
      expect(arrival?.headers['x-scope-orgid']).toBe('team-a')
      expect(arrival?.headers.authorization).toBe(`Bearer ${API_KEY}`)
    })

    it.each(['team-a', ''])('reads for who asks for that tenant, or for none: %j', async (tenant) => {
      const headers = { 'X-Scope-OrgID': tenant }
      const token = await world.issuer.mint()
      expect((await world.send('/api/echo', { token, headers })).status).toBe(200)
      expect(world.upstream.arrivals.at(-1)?.headers['x-scope-orgid']).toBe('team-a')
    })

    it.each(['team-b', 'team-a|team-b', 'TEAM-A', 'team-a2', '(invalid)'])(
      'refuses who asks for another tenant, instead of reading its own: %s',
      async (tenant) => {
        const before = world.upstream.arrivals.length
        const mark = crypto.randomUUID()
        const headers = { 'X-Scope-OrgID': tenant }
        const answer = await world.send(`/api/search?mark=${mark}`, {
          token: await world.issuer.mint(),
          headers,
        })
        expect(answer.status).toBe(403)
        expect(answer.headers['www-authenticate']).toBe(
          'Bearer realm="traces", error="insufficient_scope", error_description="this gateway reads one tenant, and you asked for another"',
        )
        expect(world.upstream.arrivals.length).toBe(before)
        const line = await world.gateway.line(mark)
        expect([line.why, decodeURIComponent(String(line.place))]).toEqual(['other_tenant', tenant])
      },
    )

    it.each([
      ['POST', '/api/v2/traces/diff'],
      ['POST', '/v1/traces'],
      ['GET', '/api/traces/not-hex'],
      ['GET', '/api/overrides'],
      ['GET', '/status/config'],
      ['GET', '/api/v2/traces/../../status/config'],
    ])('knows no %s %s', async (method, path) => {
      const before = world.upstream.arrivals.length
      const token = await world.issuer.mint({ scope: 'traces:read traces:write' })
      expect((await world.send(path, { method, token })).status).toBe(404)
      expect(world.upstream.arrivals.length).toBe(before)
    })
  })

  describe('Jaeger, without a key', () => {
    const world = gatewayFixture({ GW_BACKEND: 'jaeger', GW_KEY_FILE: undefined })

    it.each([
      '/api/v3/services',
      '/api/v3/operations?service=checkout',
      '/api/v3/traces?query.service_name=checkout',
      `/api/v3/traces/${TRACE_ID}`,
      '/api/v3/trace-summaries?query.service_name=checkout',
      '/api/services',
      '/api/services/checkout/operations',
      `/api/traces/${TRACE_ID}?raw=true`,
      '/api/traces?service=checkout&tags=%7B%22a%22%3A%22b%22%7D',
      '/api/dependencies?endTs=1&lookback=2',
    ])('reads %s and passes nothing on about the caller', async (path) => {
      const token = await world.issuer.mint()
      expect((await world.send(path, { token, headers: { 'X-Scope-OrgID': 'x' } })).status).toBe(200)
      const arrival = world.upstream.arrivals.at(-1)
      expect(arrival?.url).toBe(path)
      expect(arrival?.headers.authorization).toBeUndefined()
      expect(arrival?.headers['x-scope-orgid']).toBeUndefined()
    })

    it.each([
      ['POST', '/api/traces'],
      ['POST', `/api/archive/${TRACE_ID}`],
      ['GET', '/'],
      ['GET', '/search'],
      ['GET', '/api/sampling'],
      ['DELETE', `/api/traces/${TRACE_ID}`],
    ])('knows no %s %s', async (method, path) => {
      const before = world.upstream.arrivals.length
      const token = await world.issuer.mint({ scope: 'traces:read traces:write' })
      expect((await world.send(path, { method, token })).status).toBe(404)
      expect(world.upstream.arrivals.length).toBe(before)
    })
  })
}
