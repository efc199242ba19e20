import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = makeTrace({ seed: 7 })

let world: World
let tempo: TempoApi
let jaeger: JaegerApi
let lightstep: TraceApi
beforeAll(async () => {
  world = await openWorld()
  world.variables.LS_AUTH_TOKEN = 'k'
  tempo = await startTempoApi({ traces: [trace] })
  jaeger = await startJaegerApi({ traces: [trace] })
  lightstep = await startTraceApi({ apiKey: 'k', traces: [trace] })
  await world.writeConfig(
    `[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"
[profiles.j]\nbackend = "jaeger"\napi = "${jaeger.url}"
[profiles.l]\nbackend = "lightstep"\napi = "${lightstep.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterAll(() => Promise.all([world, tempo, jaeger, lightstep].map((one) => one.close())))

describe.each(['99999999d', '999999999d', '99999999999d'])(
  'a time that began before there was any: %s',
  (long) => {
    it.each([
      `trace search --profile j --service frontend --since ${long} --json`,
      `trace search --profile j --service frontend --from now-${long} --json`,
      `trace search --file FILE --since ${long} --json`,
    ])('%s: all that there is', async (line) => {
      const file = join(world.home, 'trace.json')
      const got = await world.type(`ls-auth trace get ${trace.traceId} --json --profile t`)
      await writeFile(file, got.stdout)
      const { exit, stdout, stderr } = await world.type(`ls-auth ${line.replace('FILE', file)}`)
      expect(exit, stderr).toBe(0)
      const { from, traces } = JSON.parse(stdout)
      expect(from).toBe('1970-01-01T00:00:00.000Z')
      expect(traces).not.toEqual([])
    })

    it.each([
      `attributes --profile t --since ${long}`,
      `attributes --profile l --since ${long}`,
      `attributes http.route --profile l --since ${long}`,
    ])('%s', async (line) => {
      const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
      expect(exit, stderr).toBe(0)
      expect(stdout).not.toBe('')
    })

    it('the limit of a server is told as such', async () => {
      const { exit, stderr } = await world.type(`ls-auth trace search --profile t --since ${long}`)
      expect(exit).toBe(2)
      expect(stderr).toContain('exceeds 168h0m0s')
    })

    it('no line of a query has so many points', async () => {
      const { exit, stderr } = await world.type(
        `ls-auth query '{} | rate()' --profile t --step 1s --since ${long}`,
      )
      expect(exit).toBe(2)
      expect(stderr).toContain('points')
    })

    it('an end before 1970 is refused', async () => {
      const { exit, stderr } = await world.type(`ls-auth trace search --profile t --to now-${long}`)
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: `error: --to: "now-${long}" is before 1970\nhint: Write it like now-1h or 2026-11-24T10:00:00Z.\n`,
      })
    })

    it('a moment of one trace may be as early', async () => {
      const { exit, stderr } = await world.type(
        `ls-auth trace get ${trace.traceId} --profile t --from now-${long} --json`,
      )
      expect(exit, stderr).toBe(0)
    })
  },
)
