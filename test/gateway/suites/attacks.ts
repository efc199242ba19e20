import { afterAll, beforeAll, expect, it } from 'vitest'
import { ATTACKS } from '../../../src/attacks/table.ts'
import { keepToken } from '../../world/kept-token.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY, PROJECT } from './fixture.ts'

/** `ls-auth doctor --gateway` against the gateway as shipped: all of it is refused. */
export function attackSuite(): void {
  let provider: Provider
  let api: TraceApi
  let gateway: ApacheGateway
  let world: World

  beforeAll(async () => {
    provider = await startProvider()
    api = await startTraceApi({ apiKey: API_KEY, organization: 'acme', project: 'prod', traces: [] })
    gateway = await startApache({ issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
    const secrets = () => [...provider.secrets, API_KEY]
    world = await openWorld({ visitor: { user: 'alice' }, secrets, columns: 80 })
    const line = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port any --api ${gateway.url} --organization acme --project prod --scopes "openid email groups offline_access traces:read"`
    expect(await world.type(line)).toMatchObject({ exit: 0 })
    const now = Math.floor(Date.now() / 1000)
    await keepToken(world, provider, 'openid email', { aud: 'api://other', exp: now + 3600 })
    await keepToken(world, provider, 'traces:read', { aud: 'api://traces', exp: now - 3600 })
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([world?.close(), api?.close(), provider?.close()])
  })

  it('doctor --gateway: every attack is tried and refused, exit 0; only the reads reach the API', async () => {
    const before = api.requests.length
    const { exit, stdout, stderr } = await world.type('ls-auth doctor --gateway')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const refused = stdout.split('\n').filter((line) => /^ok .* refused \(HTTP \d{3}/.test(line))
    expect(refused.length).toBe(ATTACKS.length)
    for (const { name } of ATTACKS) expect(stdout).toMatch(new RegExp(`^ok +${name} +refused`, 'm'))
    const reached = api.requests.slice(before).map(({ method, url }) => `${method} ${url}`)
    expect(new Set(reached)).toEqual(
      new Set([
        `GET ${PROJECT}`,
        `GET ${PROJECT}/directory/services`,
        `GET ${PROJECT}/directory/services?_method=PUT`,
      ]),
    )
    expect(reached.length).toBe(6)
  })

  it('its log says what each was, and that it was a test', async () => {
    expect(await gateway.line('"why":"not_a_jwt"')).toMatchObject({ status: 401, sub: '' })
    expect(await gateway.line('"why":"expired"')).toMatchObject({ status: 401, sub: 'alice' })
    expect(await gateway.line('"why":"wrong_audience"')).toMatchObject({ status: 401 })
    expect(await gateway.line('"why":"lacks_write"')).toMatchObject({ method: 'POST', status: 403 })
    expect(await gateway.line('"why":"unverified"')).toMatchObject({
      reason: expect.stringMatching(/^ls-auth(%20| )doctor(%20| )--gateway:(%20| )[a-z-]+$/),
    })
  })
}
