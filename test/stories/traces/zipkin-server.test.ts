import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { startZipkinApi, type ZipkinApi } from '../../world/zipkin-api.ts'

const failed = makeTrace({ seed: 7 })
const whole = makeTrace({ seed: 8, fails: false })
const NOW = Date.parse('2026-09-22T18:00:00Z')

let zipkin: ZipkinApi
let world: World
beforeAll(async () => {
  zipkin = await startZipkinApi({ traces: [failed, whole], basePath: '/tracing' })
  world = await openWorld()
  world.clockOffset = NOW - Date.now()
  await world.writeConfig(
    `[profiles.work]\nbackend = "zipkin"\napi = "${zipkin.url}"\nauthorization = "none"\n`,
  )
})
afterAll(async () => {
  await Promise.all([world.close(), zipkin.close()])
})

const type = (line: string) => world.type(`ls-auth ${line}`)
/** The parameters of the last search. */
const asked = () => Object.fromEntries(zipkin.requests.at(-1)?.searchParams ?? [])
const SINCE = '--from 2026-09-01T00:00:00Z --to 2026-09-30T00:00:00Z'

describe('a Zipkin server', () => {
  it('is found by its address alone', async () => {
    const { exit, stdout } = await type(`services --api ${zipkin.url} --authorization none`)
    expect([exit, stdout.split('\n')]).toEqual([0, expect.arrayContaining(['frontend', 'payment'])])
  })

  it('gives a trace by its id, and the page where Zipkin shows it', async () => {
    const { exit, stdout } = await type(`trace get ${failed.traceId}`)
    expect(exit).toBe(0)
    expect(stdout).toContain(`trace ${failed.traceId}`)
    expect(stdout).toContain(`/tracing/zipkin/traces/${failed.traceId}`)
  })

  it('is searched by service, name, attributes, errors and durations, in the words of its API', async () => {
    const line = `trace search --service Payment --error --attr error.type=timeout --attr span.kind=client --min 1ms --max 1h ${SINCE} --limit 5 --json`
    const { exit, stdout } = await type(line)
    expect([exit, JSON.parse(stdout).traces]).toEqual([
      0,
      [expect.objectContaining({ traceId: failed.traceId })],
    ])
    expect(asked()).toEqual({
      serviceName: 'payment',
      annotationQuery: 'error.type=timeout and error',
      minDuration: '1000',
      maxDuration: '3600000000',
      endTs: String(Date.parse('2026-09-30T00:00:00Z')),
      lookback: String(29 * 86_400_000),
      limit: '5',
    })
  })

  it('lists only traces in which one span meets all conditions: Zipkin itself takes a span for each', async () => {
    const found = async (name: string) => {
      const line = `trace search --service cart --attr db.system=redis --name "${name}" ${SINCE} --json`
      return JSON.parse((await type(line)).stdout).traces.length
    }
    expect([await found('GET item'), await found('load items')]).toEqual([2, 0])
    expect(asked()).toMatchObject({ spanName: 'load items', annotationQuery: 'db.system=redis' })
  })

  it('compares durations of whole traces by itself', async () => {
    const { stdout } = await type(`trace search --max 1ms ${SINCE} --json`)
    expect(JSON.parse(stdout).traces).toEqual([])
    expect(asked()).toMatchObject({ limit: '1000' })
    expect(asked()).not.toHaveProperty('maxDuration')
  })

  it('says plainly what it cannot search for', async () => {
    const { exit, stderr } = await type(`trace search --attr "http.route=a and b" ${SINCE}`)
    expect([exit, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: Zipkin cannot search for .*\nhint: Drop/),
    ])
  })

  it.each([
    ['trace get 00000000000000000000000000000001', 7, /Zipkin has no trace 0{31}1\nhint: /],
    [`trace get ${failed.traceId} --api ${'URL'}/elsewhere`, 6, /there is no Zipkin API at this address/],
  ])('%s: exit %i', async (line, exit, words) => {
    const outcome = await type(line.replace('URL', zipkin.url))
    expect([outcome.exit, outcome.stdout, outcome.stderr]).toEqual([exit, '', expect.stringMatching(words)])
  })
})
