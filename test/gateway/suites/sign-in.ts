import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WELL_KNOWN } from '../../world/metadata-api.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY, gatewayFixture, TRACE } from './fixture.ts'

/** The variables in a section of docs/gateway/README.md. */
function guideFor(provider: string): Record<string, string> {
  const guide = readFileSync(new URL('../../../docs/gateway/README.md', import.meta.url), 'utf8')
  const [, section = ''] = guide.split(`\n### ${provider}\n`)
  const [, block = ''] = /^```\n(Define [\s\S]*?)^```/m.exec(section) ?? []
  return Object.fromEntries(
    [...block.matchAll(/^Define (\S+) +(.*)$/gm)].map(([, key, value]) => [key, value]),
  )
}

/** Somebody has the address of the gateway, and nothing else (RFC 9728). */
export function signInSuite(): void {
  describe('what it says', () => {
    const world = gatewayFixture()

    it('answers without a token, as JSON, and asks nobody', async () => {
      const { issuer, gateway, upstream } = world
      const before = [issuer.requests.length, upstream.arrivals.length]
      const answer = await world.send(WELL_KNOWN)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('application/json')
      expect(JSON.parse(answer.body)).toEqual({
        resource: gateway.url,
        authorization_servers: [issuer.issuer],
        scopes_supported: ['traces:read'],
        bearer_methods_supported: ['header'],
        ls_auth: { backend: 'lightstep' },
      })
      expect([issuer.requests.length, upstream.arrivals.length]).toEqual(before)
      expect((await world.send(WELL_KNOWN, { method: 'HEAD' })).body).toBe('')
    })
  })

  describe('with the values that the guide has for Entra ID', () => {
    const { GW_ISSUER, ...values } = guideFor('Microsoft Entra ID')
    const world = gatewayFixture(values)

    it('names a scope that Entra knows: with the API in it', async () => {
      const { scopes_supported } = JSON.parse((await world.send(WELL_KNOWN)).body)
      expect(scopes_supported).toEqual([expect.stringMatching(/^api:\/\/.+\/traces\.read$/)])
      // In the token it has the short name.
      const answer = await world.send(TRACE, {
        token: await world.issuer.mint({ aud: values.GW_AUDIENCE, scope: undefined, scp: 'traces.read' }),
      })
      expect(answer.status).toBe(200)
    })
  })

  describe('is all that ls-auth login needs', () => {
    const trace = makeTrace({ seed: 7 })
    const spanId = trace.spans.find(({ parentId }) => parentId === undefined)?.spanId
    let provider: Provider
    let api: TraceApi
    let gateway: ApacheGateway
    let world: World
    beforeAll(async () => {
      provider = await startProvider()
      api = await startTraceApi({ apiKey: API_KEY, organization: 'acme', project: 'prod', traces: [trace] })
      gateway = await startApache({
        issuer: provider.issuer,
        upstream: api.url,
        apiKey: API_KEY,
        variables: { GW_CLIENT_ID: provider.clientId, GW_ORGANIZATION: 'acme', GW_PROJECT: 'prod' },
      })
      world = await openWorld({ visitor: { user: 'alice' }, secrets: () => [...provider.secrets, API_KEY] })
    })
    afterAll(async () => {
      await gateway?.close()
      await Promise.all([world?.close(), api?.close(), provider?.close()])
    })

    it('one address and a "y": signed in, and a trace is drawn', async () => {
      world.tty = true
      world.watched = true
      world.stdin = ['y']
      const { exit, stderr } = await world.type(`ls-auth login ${gateway.url}`)
      world.watched = false
      expect({ exit, stderr }).toEqual({
        exit: 0,
        stderr: expect.stringContaining('Signed in as alice@example.test.'),
      })
      const drawn = await world.type(`ls-auth trace get ${spanId}`)
      expect(drawn.exit).toBe(0)
      expect(drawn.stdout).toContain('POST /checkout')
      expect(await gateway.line('"sub":"alice"')).toMatchObject({ client: provider.clientId, status: 200 })
    })
  })
}
