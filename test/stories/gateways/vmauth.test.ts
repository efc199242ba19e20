import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startVmauth, type Vmauth, type VmauthOptions } from '../../world/gateways/vmauth.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { openScene, type Scene, trace } from './place.ts'

const SERVICES = [...new Set(trace.spans.map(({ service }) => service))].sort()

let scene: Scene
let victoria: JaegerApi
const started: Vmauth[] = []
const start = async (options: Partial<VmauthOptions> = {}) => {
  const { issuer } = scene.provider
  const one = await startVmauth({ issuer, audience: 'api://traces', upstream: victoria.url, ...options })
  started.push(one)
  return one
}
/** The profile's API is another one from now on. */
const moveTo = async ({ url }: Vmauth) => {
  await scene.world.type(`ls-auth profile set api ${url}`)
  await scene.world.type('ls-auth login --port 0')
}
beforeAll(async () => {
  scene = await openScene('vmauth')
  victoria = await startJaegerApi({ traces: [trace], basePath: '/select/jaeger' })
  victoria.mode = 'victoria'
})
afterAll(() => Promise.all([scene, victoria, ...started].map((one) => one.close())))

describe('behind vmauth, with the profile of the guide', () => {
  beforeAll(async () => scene.signIn((await start()).url))

  it('everything is read, and doctor names it', async () => {
    expect((await scene.world.type('ls-auth whoami')).stdout).toMatch(/^alice@example\.test\n/)
    expect(await scene.world.type('ls-auth services')).toMatchObject({
      exit: 0,
      stdout: `${SERVICES.join('\n')}\n`,
    })
    expect(await scene.world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
    expect(await scene.world.type('ls-auth trace search --service frontend')).toMatchObject({ exit: 0 })
    const doctor = await scene.world.type('ls-auth doctor')
    expect(doctor.exit).toBe(0)
    expect(doctor.stdout).toMatch(
      /^ok +gateway +vmauth, or another server of VictoriaMetrics \(by its headers\)$/m,
    )
  })
})

describe('what it refuses', () => {
  it.each(['plainly', 'logs'] as const)(
    'a token for another audience (%s): its words, which may hold the token, are not shown',
    async (refuses) => {
      const one = await start({ audience: 'api://other' })
      one.refuses = refuses
      await moveTo(one)
      for (const command of ['services', `trace get ${trace.traceId}`]) {
        const outcome = await scene.world.type(`ls-auth ${command}`)
        expect(outcome).toMatchObject({ exit: 11, stdout: '' })
        expect(outcome.stderr).toMatch(
          /^error: 127\.0\.0\.1:\d+ does not know the token \(HTTP 401\)\nhint: vmauth checks .*match_claims/,
        )
        expect(outcome.stderr).toContain('  held audience: api://traces\n')
        expect(outcome.stderr).not.toMatch(/server:|eyJ|remoteAddr/)
      }
    },
  )

  it('without match_claims a token for any audience is let in', async () => {
    const { issuer } = scene.provider
    const open = await startVmauth({ issuer, upstream: victoria.url })
    started.push(open)
    await moveTo(open)
    expect(await scene.world.type('ls-auth services')).toMatchObject({ exit: 0 })
  })
})
