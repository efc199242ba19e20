import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const time = ({ spans }: TraceData) =>
  Math.max(...spans.map(({ endMicros }) => endMicros)) -
  Math.min(...spans.map(({ startMicros }) => startMicros))
const start = ({ spans }: TraceData) => Math.min(...spans.map(({ startMicros }) => startMicros))
const errors = ({ spans }: TraceData) => spans.filter(({ error }) => error).length
const by = (rank: (trace: TraceData) => number) =>
  [...traces].sort((a, b) => rank(b) - rank(a)).map(({ traceId }) => traceId)

const traces = [7, 8, 9, 10, 11].map((seed) => makeTrace({ seed, fails: seed % 2 === 1 }))

let tempo: TempoApi
let world: World
beforeAll(async () => {
  tempo = await startTempoApi({ traces, apiKey: 'k', filters: true })
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  await world.writeConfig(`[profiles.work]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
})
afterAll(async () => {
  await Promise.all([world.close(), tempo.close()])
})

const type = (line: string) => world.type(`ls-auth ${line}`)
const TIME = '--from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'
const shown = ({ stdout }: { stdout: string }) => /^trace (\w+)/.exec(stdout)?.[1]
const listed = ({ stdout }: { stdout: string }) =>
  JSON.parse(stdout).traces.map(({ traceId }: { traceId: string }) => traceId)

describe('the worst trace at once', () => {
  it.each<[string, string | undefined]>([
    ['--latest', by(start)[0]],
    ['--slowest', by(time)[0]],
    [
      '--error-latest --service checkout',
      by(start).find((id) => traces.some((one) => one.traceId === id && errors(one) > 0)),
    ],
  ])('trace get %s: a search and a trace, and it says which', async (flags, traceId) => {
    const before = tempo.requests.length
    const outcome = await type(`trace get ${flags} ${TIME}`)
    expect([outcome.exit, shown(outcome)]).toEqual([0, traceId])
    expect(outcome.stderr).toContain(`: ${traceId}\n`)
    expect(tempo.requests.length - before).toBe(2)
  })

  it('trace diff takes one of a search as a side', async () => {
    const times = TIME.replaceAll(/--(\w+) (\S+)/g, '$1=$2')
    const { exit, stdout } = await type(
      `trace diff --a 'pick=latest ${times}' --b 'pick=slowest ${times}' --json`,
    )
    expect([exit, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ trace_id_a: by(start)[0], trace_id_b: by(time)[0] }),
    ])
  })

  it.each([
    ['start', by(start)],
    ['duration', by(time)],
    ['errors', undefined],
  ])('trace search --sort %s', async (sort, order) => {
    const outcome = await type(`trace search ${TIME} --sort ${sort} --json`)
    const found = listed(outcome)
    if (order !== undefined) expect(found).toEqual(order)
    else {
      const counts = found.map((id: string) =>
        errors(traces.find(({ traceId }) => traceId === id) as TraceData),
      )
      expect(counts).toEqual([...counts].sort((a, b) => b - a))
    }
    const lines = await type(`trace search ${TIME} --sort ${sort} -o ndjson`)
    expect(
      lines.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).traceId),
    ).toEqual(found)
  })

  it.each([
    [
      `trace view --latest ${TIME}`,
      2,
      /: \w{32}\n[\s\S]*trace view needs a terminal\nhint: Print the trace instead: ls-auth trace get \w{32}/,
    ],
    ['trace view', 2, /missing trace id\nhint: .*--latest/],
    ['trace get --latest --slowest', 2, /--latest and --slowest cannot be used together/],
    [`trace get ${traces[0]?.traceId} --latest`, 2, /--latest chooses a trace, but there is an id/],
    [`trace get ${traces[0]?.traceId} --since 1h`, 2, /--since needs --latest, --slowest or --error-latest/],
    [`trace get --latest --service nobody ${TIME}`, 7, /no matching trace[\s\S]*no service "nobody"/],
    [`trace diff --a 'pick=worst' ${traces[0]?.traceId}`, 2, /pick is one of: latest, slowest, error-latest/],
    ['trace search --sort start --follow', 2, /--follow prints traces as they come/],
    ['trace search --sort slowest', 2, /Choose one of: start, duration, errors\. .*trace get --slowest/],
    ['trace diff --latest', 2, /own latest\nhint: .*--a 'service=NAME pick=latest'/],
    ['trace diff --error-latest', 2, /--a 'service=NAME pick=error-latest'/],
  ])('%s: exit %i', async (line, exit, words) => {
    const outcome = await type(line)
    expect([outcome.exit, outcome.stdout, outcome.stderr]).toEqual([exit, '', expect.stringMatching(words)])
  })
})
