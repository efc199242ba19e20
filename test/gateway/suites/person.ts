import { afterAll, beforeAll, expect, it } from 'vitest'
import { browse } from '../../world/browser.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { begin, exchange, payload } from '../../world-tests/raw-client.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { send } from '../send.ts'
import { API_KEY, TRACE } from './fixture.ts'

/** The whole way with a certified provider and the trace API of the test world, without the CLI. */
export function personSuite(): void {
  const trace = makeTrace({ seed: 7 })
  const path = `${TRACE}?span-id=${trace.spans[0]?.spanId}`
  let provider: Provider
  let api: TraceApi
  let gateway: ApacheGateway

  beforeAll(async () => {
    provider = await startProvider()
    api = await startTraceApi({ apiKey: API_KEY, organization: 'acme', project: 'prod', traces: [trace] })
    gateway = await startApache({
      issuer: provider.issuer,
      upstream: api.url,
      apiKey: API_KEY,
      variables: { GW_GROUP: 'ops' },
    })
  })
  afterAll(async () => {
    await gateway?.close()
    await api?.close()
    await provider?.close()
  })

  async function signIn(user: string): Promise<string> {
    const request = begin(provider)
    const page = await browse(request.url, { user, stopAt: 'callback' })
    return (await exchange(provider, request, page.url)).access_token
  }

  it('lets a person read a trace, and the log names them', async () => {
    const token = await signIn('alice')
    const answer = await send(gateway.url, path, { token })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(trace.spans[0]?.spanId)
    const { jti } = payload(token)
    expect(await gateway.line(String(jti))).toMatchObject({
      iss: provider.issuer,
      sub: 'alice',
      client: provider.clientId,
      method: 'GET',
      path: TRACE,
      status: 200,
    })
    expect(JSON.stringify(answer)).not.toContain(API_KEY)
    expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`)
    for (const secret of provider.secrets) {
      expect(JSON.stringify(api.requests)).not.toContain(secret)
      expect(await gateway.accessLog()).not.toContain(secret)
    }
  })

  it('forbids a person who is not in the group', async () => {
    const before = api.requests.length
    const token = await signIn('bob')
    const answer = await send(gateway.url, path, { token })
    expect(answer.status).toBe(403)
    expect(await gateway.line(String(payload(token).jti))).toMatchObject({ sub: 'bob', why: 'lacks_group' })
    expect(api.requests.length).toBe(before)
  })

  it('follows the provider to a new signing key without a restart', async () => {
    const old = await signIn('alice')
    expect((await send(gateway.url, path, { token: old })).status).toBe(200)
    await provider.rotateKeys()
    expect((await send(gateway.url, path, { token: await signIn('alice') })).status).toBe(200)
    expect((await send(gateway.url, path, { token: old })).status).toBe(401)
  })
}
