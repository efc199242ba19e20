import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTraceApi, type TraceApi, type TraceApiMode } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const KEY = 'a-key-that-is-the-token'
const trace = makeTrace({ seed: 7 })
const MISSING = '0123456789abcdef0123456789abcdef'
const NOW = Date.parse('2026-09-22T18:00:00Z')

let world: World
let api: TraceApi
beforeEach(async () => {
  api = await startTraceApi({ apiKey: KEY, traces: [trace] })
  world = await openWorld({ secrets: () => [KEY] })
  world.variables.LS_AUTH_TOKEN = KEY
  world.clockOffset = NOW - Date.now()
  world.fastForward = true
  await world.writeConfig(
    `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterEach(() => Promise.all([api.close(), world.close()]))

const attended = () => {
  world.tty = true
  world.watched = true
}
const asked = () =>
  api.requests.map(({ method, url }) => `${method} ${url.split('/prod/')[1]?.split('?')[0]}`)

describe('a trace by its trace id takes a snapshot', () => {
  it('without a terminal and without --snapshot: exit 2 with the exact command, and nothing is sent', async () => {
    const outcome = await world.type(`ls-auth trace get ${trace.traceId} --error --profile old`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('Lightstep reads traces by span id, but this is a trace id')
    expect(outcome.stderr).toContain(`ls-auth trace get ${trace.traceId} --error --profile old --snapshot\n`)
    expect(outcome.stderr).toContain('60 requests per hour')
    expect(api.requests).toEqual([])
  })

  it('on a terminal a person is asked: no is exit 4 and costs nothing, yes goes on', async () => {
    attended()
    world.stdin = ['']
    const no = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(no).toMatchObject({ exit: 4, stdout: '' })
    expect(no.stderr).toMatch(
      /1 of the organization's 60 requests per hour[\s\S]*Take a snapshot\? \[y\/N\] /,
    )
    expect(api.requests).toEqual([])
    world.stdin = ['y']
    expect(await world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it('nothing found, never ready, none left: each has its words', async () => {
    const nothing = await world.type(`ls-auth trace get ${MISSING} --snapshot`)
    expect(nothing).toMatchObject({ exit: 7, stdout: '' })
    expect(nothing.stderr).toContain('the snapshot found no span of it')
    api.snapshots.looksUntilReady = 99
    const late = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
    expect(late).toMatchObject({ exit: 6, stdout: '' })
    expect(late.stderr).toContain('not ready in time')
    api.snapshots.left = 0
    const none = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
    expect(none).toMatchObject({ exit: 6 })
    expect(none.stderr).toMatch(/limits requests[\s\S]*Try again in 23m\.\n {2}limit 60, 0 left/)
  })
})

describe('a look at a snapshot that fails', () => {
  const get = `ls-auth trace get ${trace.traceId} --snapshot`
  const snapshotsOf = (mode: TraceApiMode, times = 1) => {
    let failed = 0
    api.mode = (_, url) => (/snapshots\/snap/.test(url) && failed++ < times ? mode : 'normal')
  }

  const looked = (id = 'snap1') => asked().filter((one) => one === `GET snapshots/${id}`)

  it('once: it is looked at again', async () => {
    snapshotsOf('plain-text')
    const { exit, stderr } = await world.type(get)
    expect(exit, stderr).toBe(0)
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it.each<[TraceApiMode, number]>([
    ['plain-text', 6],
    ['rate-limited', 1],
    ['server-error', 1],
  ])(
    'again and again: where it is to be seen is told, and no try that takes another (%s)',
    async (mode, times) => {
      snapshotsOf(mode, 99)
      const { exit, stderr } = await world.type(get)
      expect(exit).toBe(6)
      const lines = stderr.replaceAll(/\n +/g, ' ')
      expect(lines).toMatch(/error: .*; the snapshot exists: \/prod\/explorer\?snapshot_id=snap1\n/)
      expect(lines).toMatch(/hint: See it in Lightstep's UI at this address\. Another try takes another/)
      expect(looked()).toHaveLength(times)
    },
  )
})

describe('search', () => {
  it('a snapshot, with leave; durations are compared here', async () => {
    const without = await world.type('ls-auth trace search --service payment --error --min 10ms')
    expect(without).toMatchObject({ exit: 2, stdout: '' })
    expect(without.stderr).toContain('trace search --service payment --error --min 10ms --snapshot')
    const outcome = await world.type(
      'ls-auth trace search --service payment --error --min 10ms --snapshot -o ndjson',
    )
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stderr).toContain('note: examples of recent spans, not all of them')
    const rows = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const fitting = trace.spans.filter(
      (span) => span.service === 'payment' && span.error && span.endMicros - span.startMicros >= 10_000,
    )
    expect(rows.map(({ span }) => span.spanId).sort()).toEqual(fitting.map(({ spanId }) => spanId).sort())
    expect(rows[0]).toMatchObject({ traceId: null, startTime: null, errorCount: 1 })
    expect(api.snapshots.taken.map(({ query }) => query)).toEqual([
      'service IN ("payment") AND "error" IN ("true")',
    ])
    const agent = await world.type('ls-auth trace search --service payment --snapshot -o agent')
    expect(agent.stdout.split('</trace-data>').at(-1)).toContain('note: examples of recent spans, not all')
    const list = await world.type('ls-auth trace search --service payment --snapshot --limit 1')
    expect(list.stdout.split('\n').at(-2)).toMatch(/^[0-9a-f]{16} +payment: /)
    expect(list.stderr).toContain('stopped at 1 span, ')
  })

  it('nothing named, or a query it does not take: exit 2', async () => {
    for (const command of ['search --min 1ms', 'why --error', 'breakdown']) {
      const { exit, stderr } = await world.type(`ls-auth trace ${command}`)
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: expect.stringMatching(/needs at least one filter\nhint: Add --service, --name or --attr\.\n/),
      })
    }
    // What the hint says leads on.
    const { stderr } = await world.type('ls-auth trace why --error --service frontend')
    expect(stderr).toContain(
      'hint: Take a snapshot: ls-auth trace why --error --service frontend --snapshot\n',
    )
    const refused = await world.type("ls-auth trace search --query 'spans count' --snapshot")
    expect(refused).toMatchObject({ exit: 2 })
    expect(refused.stderr).toContain('cannot parse query: spans count')
  })
})

it('services: all pages, and the same name once', async () => {
  api.services = Array.from({ length: 250 }, (_, i) => `svc-${String(i).padStart(3, '0')}`)
  const { stdout } = await world.type('ls-auth services')
  const services = new Set([
    ...api.services,
    ...trace.spans.map(({ service }: TraceData['spans'][0]) => service),
  ])
  expect(stdout.trim().split('\n')).toEqual([...services].sort())
})
