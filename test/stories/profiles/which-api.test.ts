import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Which API is asked, and with what: without a profile, with flags and variables alone. */
let world: World
let jaeger: JaegerApi
let tempo: TempoApi

beforeAll(async () => {
  const traces = [makeTrace({ seed: 7 })]
  jaeger = await startJaegerApi({ traces })
  tempo = await startTempoApi({ traces, tenant: 'shop', apiKey: 'a-token-of-ci' })
  world = await openWorld()
})
afterAll(() => Promise.all([world.close(), jaeger.close(), tempo.close()]))
beforeEach(() => {
  for (const name of Object.keys(world.variables)) {
    if (name.startsWith('LS_AUTH_')) delete world.variables[name]
  }
})

it('a Jaeger on this machine needs no identity: flags before the command or after it', async () => {
  for (const line of [
    `ls-auth --backend jaeger --api ${jaeger.url} services`,
    `ls-auth services --backend jaeger --api ${jaeger.url}`,
  ]) {
    const { exit, stdout } = await world.type(line)
    expect({ exit, stdout }, line).toMatchObject({ exit: 0, stdout: expect.stringContaining('checkout') })
  }
  expect(jaeger.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
})

it('a CI job needs no file: token, API, back end and tenant by variables', async () => {
  Object.assign(world.variables, {
    LS_AUTH_TOKEN: 'a-token-of-ci',
    LS_AUTH_API: tempo.url,
    LS_AUTH_BACKEND: 'tempo',
    LS_AUTH_TENANT: 'shop',
  })
  expect(await world.type('ls-auth services')).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('checkout'),
  })
  expect(tempo.requests.at(-1)?.headers['x-scope-orgid']).toBe('shop')
})

it('a variable with a wrong value is exit 2 and names the variable', async () => {
  world.variables.LS_AUTH_BACKEND = 'splunk'
  expect(await world.type(`ls-auth services --api ${jaeger.url}`)).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('LS_AUTH_BACKEND: "splunk" is not known'),
  })
})

it('nothing named: exit 2 with a command for a company and one for this machine, and no request', async () => {
  const { exit, stderr } = await world.type('ls-auth services')
  expect(exit).toBe(2)
  expect(stderr).toContain('error: no trace API is configured')
  expect(stderr).toContain('then: ls-auth login URL')
  expect(stderr).toContain('ls-auth services --backend jaeger --api http://127.0.0.1:16686')
})
