import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY } from './fixture.ts'

/** A person whose group may read one project types the name of another. */
export function personProjectSuite(): void {
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
      rules: 'group=ops -> acme/prod\ngroup=finance -> acme/pay\n',
      variables: { GW_PEOPLE_NEED_RULE: 'yes' },
    })
    world = await openWorld({ visitor: { user: 'alice' }, secrets: () => [...provider.secrets, API_KEY] })
    const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port any --api ${gateway.url} --organization acme --project prod --scopes "openid email groups offline_access traces:read"`
    expect((await world.type(login)).exit).toBe(0)
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([world?.close(), api?.close(), provider?.close()])
  })

  it('reads the one, and is told which group reads the other: exit 11', async () => {
    expect((await world.type(`ls-auth trace get ${spanId}`)).stdout).toContain('POST /checkout')
    const refused = await world.type(`ls-auth trace get ${spanId} --project pay`)
    expect(refused).toMatchObject({ exit: 11, stdout: '' })
    expect(refused.stderr).toMatch(/^error: 127\.0\.0\.1:\d+ denied you access \(HTTP 403\)\nhint: /)
    expect(refused.stderr).toContain('hint: The group finance is missing. ')
    expect(await gateway.line('/projects/pay/')).toMatchObject({ sub: 'alice', why: 'lacks_rule' })
  })

  it('is told that no rule leads to a third: exit 11', async () => {
    const refused = await world.type(`ls-auth trace get ${spanId} --project else`)
    expect(refused).toMatchObject({ exit: 11, stdout: '' })
    expect(refused.stderr).toContain('hint: Ask whoever runs the gateway for access')
  })
}
