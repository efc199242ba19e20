import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY } from './fixture.ts'

/** The product's promise, whole: a person types two commands, and the key stays where it belongs. */
export function cliSuite(): void {
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
      variables: { GW_GROUP: 'ops' },
    })
    // No output of any command may hold a token or the key.
    world = await openWorld({ visitor: { user: 'alice' }, secrets: () => [...provider.secrets, API_KEY] })
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([world?.close(), api?.close(), provider?.close()])
  })

  const login = (scopes: string) =>
    world.type(
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port any --api ${gateway.url} ` +
        `--organization acme --project prod --scopes "openid email groups offline_access ${scopes}"`,
    )
  const get = () => world.type(`ls-auth trace get ${spanId}`)

  it('login, trace get: the trace is drawn, and the gateway’s log names the person', async () => {
    expect((await login('traces:read')).exit).toBe(0)
    const { exit, stdout } = await get()
    expect(exit).toBe(0)
    expect(stdout).toContain('POST /checkout')
    expect(await gateway.line('stored-traces')).toMatchObject({
      sub: 'alice',
      client: provider.clientId,
      status: 200,
      agent: expect.stringMatching(/^ls-auth\/.*cli\)$/),
      traceparent: expect.stringMatching(/^00-/),
    })
    expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`)
    const upstream = JSON.stringify(api.requests)
    const log = await gateway.accessLog()
    for (const secret of provider.secrets) expect(upstream + log).not.toContain(secret)
  })

  it('a token in LS_AUTH_TOKEN that has expired: exit 3, since when, and the words of the gateway', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600
    const claims = {
      iss: provider.issuer,
      aud: 'api://traces',
      sub: 'alice',
      scope: 'traces:read',
      groups: ['ops'],
    }
    world.variables.LS_AUTH_TOKEN = await provider.signIdToken({ ...claims, iat: past - 60, exp: past })
    const outcome = await get()
    delete world.variables.LS_AUTH_TOKEN
    expect(outcome.exit).toBe(3)
    expect(outcome.stderr).toMatch(
      /^error: the token in LS_AUTH_TOKEN expired 1h ago\nhint: Set a new token\. /,
    )
    expect(outcome.stderr).toContain('the token has expired')
  })

  it('a token for another audience: exit 3, and the audience that it has', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: provider.issuer,
      aud: 'api://elsewhere',
      sub: 'alice',
      scope: 'traces:read',
      groups: ['ops'],
    }
    world.variables.LS_AUTH_TOKEN = await provider.signIdToken({ ...claims, iat: now, exp: now + 300 })
    const outcome = await get()
    delete world.variables.LS_AUTH_TOKEN
    expect(outcome.exit).toBe(3)
    expect(outcome.stderr).toContain('held audience: api://elsewhere')
  })

  it('an address the gateway does not open: exit 7, not a sign-in problem', async () => {
    const outcome = await world.type(`ls-auth trace get ${spanId} --organization "" --project x`)
    expect(outcome.exit).toBe(2)
    await world.editConfig((text) => text.replace(gateway.url, `${gateway.url}/elsewhere`))
    const lost = await get()
    expect(lost.exit).toBe(7)
  })
}
