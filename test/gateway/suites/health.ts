import { expect, it } from 'vitest'
import { writeKey } from '../apache.ts'
import { API_KEY, gatewayFixture, sentence } from './fixture.ts'

/** What a load balancer asks: is it alive? Nobody's business is in the answer. */
export function healthSuite(): void {
  const world = gatewayFixture()

  it.each(['GET', 'HEAD'])('answers %s /healthz without a token, and says nothing else', async (method) => {
    const answer = await world.send('/healthz', { method })
    expect(answer.status).toBe(200)
    expect(answer.body).toBe(method === 'GET' ? 'ok' : '')
    expect(answer.headers['content-type']).toBe('text/plain')
    expect(answer.headers['cache-control']).toBe('no-store')
    const names = Object.keys(answer.headers).filter((name) => name !== 'content-length')
    const usual = ['cache-control', 'connection', 'content-type', 'date', 'server', 'x-content-type-options']
    expect(names.sort()).toEqual(usual)
  })

  it('says 503 when the gateway has no key, and 401 beside its path and methods', async () => {
    await writeKey(world.gateway.keyFile, '')
    const answer = await world.send('/healthz')
    await writeKey(world.gateway.keyFile, API_KEY)
    expect(answer.status).toBe(503)
    expect(sentence(answer)).toContain('no API key')
    for (const path of ['/healthz/', '/healthz/x', '/healthz%0a', '/Healthz', '/x/healthz'])
      expect((await world.send(path)).status).toBe(401)
    expect((await world.send('/healthz', { method: 'POST', body: '{}' })).status).toBe(401)
  })
}
