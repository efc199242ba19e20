import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Grafana, type GrafanaOptions, startGrafana } from '../../world/gateways/grafana.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { openScene, type Scene, trace } from './place.ts'

const SERVICES = [...new Set(trace.spans.map(({ service }) => service))].sort()

let scene: Scene
let tempo: TempoApi
const started: Grafana[] = []
const start = async (options: Partial<GrafanaOptions> = {}) => {
  const { issuer } = scene.provider
  const one = await startGrafana({
    issuer,
    uid: 'tempo-1',
    upstream: tempo.url,
    audience: 'api://traces',
    ...options,
  })
  started.push(one)
  return one
}
beforeAll(async () => {
  scene = await openScene('grafana')
  tempo = await startTempoApi({ traces: [trace] })
})
afterAll(() => Promise.all([scene, tempo, ...started].map((one) => one.close())))

describe("through Grafana's data-source proxy, with the profile of the guide", () => {
  let grafana: Grafana
  beforeAll(async () => {
    grafana = await start()
    await scene.signIn(grafana.url)
  })

  it('the token goes in the header of its own, and nowhere else', async () => {
    expect(await scene.world.type('ls-auth services')).toMatchObject({
      exit: 0,
      stdout: `${SERVICES.join('\n')}\n`,
    })
    const { headers } = grafana.requests.at(-1) as Grafana['requests'][number]
    expect(headers.authorization).toBeUndefined()
    expect(headers['x-jwt-assertion']).toMatch(/^Bearer eyJ/)
    expect(await scene.world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
    expect(await scene.world.type('ls-auth api /api/echo')).toMatchObject({ exit: 0, stdout: 'echo\n' })
  })

  it('whoami, search and doctor, which names it', async () => {
    expect((await scene.world.type('ls-auth whoami')).stdout).toMatch(/^alice@example\.test\n/)
    expect(await scene.world.type('ls-auth trace search')).toMatchObject({ exit: 0 })
    const doctor = await scene.world.type('ls-auth doctor')
    expect(doctor.exit).toBe(0)
    expect(doctor.stdout).toMatch(
      /^ok +gateway +Grafana's data-source proxy \(data source tempo-1, by its address\)$/m,
    )
  })

  it('a header of that name cannot be typed, and the token is printed under it', async () => {
    const typed = await scene.world.type("ls-auth api /api/echo -H 'X-JWT-Assertion: mine'")
    expect(typed).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('-H: X-JWT-Assertion is set by ls-auth'),
    })
    expect((await scene.world.type('ls-auth token --header')).stdout).toMatch(/^X-JWT-Assertion: Bearer eyJ/)
    expect((await scene.world.type('ls-auth token --format curl-config')).stdout).toMatch(
      /^header = "X-JWT-Assertion: Bearer eyJ/,
    )
  })
})

describe('what else it refuses', () => {
  it.each<[string, Partial<GrafanaOptions>, number, string]>([
    [
      'another audience',
      { audience: 'api://other' },
      11,
      'Its [auth.jwt] checks signature, times and expect_claims.',
    ],
    [
      'a claim that does not exist',
      { usernameClaim: 'upn' },
      11,
      'username_claim or email_claim of its [auth.jwt]',
    ],
    [
      'a role',
      { viewers: ['board'] },
      11,
      'Ask the administrator of this Grafana to give your role datasources:query.',
    ],
    ['a data source', { uid: 'other' }, 7, 'Check the uid in api'],
  ])('%s', async (_, options, exit, hint) => {
    const one = await start(options)
    await scene.world.type(`ls-auth profile set api ${one.url.replace(/other$/, 'tempo-1')}`)
    await scene.world.type('ls-auth login --port 0')
    for (const command of ['services', `trace get ${trace.traceId}`]) {
      const outcome = await scene.world.type(`ls-auth ${command}`)
      expect(outcome).toMatchObject({ exit, stdout: '' })
      expect(outcome.stderr).toContain(hint)
    }
  })
})
