import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { PLANTED_POD, plantedTraces } from '../../world/trace/planted.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
const traces = plantedTraces(60, (NOW - 600_000) * 1000)

let world: World
let tempo: TempoApi
let jaeger: JaegerApi
let lightstep: TraceApi
let file: string
beforeAll(async () => {
  world = await openWorld({ columns: 80 })
  world.fastForward = true
  world.clockOffset = NOW - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  tempo = await startTempoApi({ traces, filters: true })
  jaeger = await startJaegerApi({ traces })
  lightstep = await startTraceApi({ apiKey: 'k', traces })
  const profile = (backend: string, api: string) =>
    `[profiles.${backend}]\nbackend = "${backend}"\napi = "${api}"\norganization = "acme"\nproject = "prod"\n`
  await world.writeConfig(
    profile('tempo', tempo.url) + profile('jaeger', jaeger.url) + profile('lightstep', lightstep.url),
  )
  file = join(world.home, 'orders.json')
  await writeFile(file, JSON.stringify(toOtlpDocument(traces, 'hex')))
})
afterAll(() => Promise.all([world.close(), tempo.close(), jaeger.close(), lightstep.close()]))

interface Why {
  readonly spans: number
  readonly selection_count: number
  readonly slower_than_ns: number | null
  readonly lowered_from_ns: number | null
  readonly rows: readonly { attribute: string; value: string; significant: boolean; next: string | null }[]
}
async function why(flags: string): Promise<Why> {
  const outcome = await world.type(`ls-auth trace why ${flags} --json`)
  expect(outcome.exit, outcome.stderr).toBe(0)
  return JSON.parse(outcome.stdout)
}

describe('why do calls fail?', () => {
  it('the pod is named first, with shares, and a line to go on with that works when it is pasted', async () => {
    const outcome = await world.type(`ls-auth trace why --file ${file} --service checkout --error`)
    expect(outcome.exit).toBe(0)
    expect(outcome.stdout).toBe(`13 of 60 spans in 60 traces failed.
More frequent among them than in the rest, by more than chance:

ATTRIBUTE  VALUE  FAILED  REST  DIFF  SPANS
pod        pod 3     92%    0%   +92     12  ██████████████████
`)
    const line = /^next: {2}(ls-auth .*)$/m.exec(outcome.stderr)?.[1] as string
    expect(line).toBe(`ls-auth trace search --file ${file} --service checkout --error --attr 'pod=pod 3'`)
    expect(outcome.stderr).toContain('note: masked values that look like secrets or personal data')
    const found = await world.type(`${line} --json`)
    expect(JSON.parse(found.stdout).traces).toHaveLength(12)
  })

  it('at Tempo by one compare(), with the ranking that the traces give', async () => {
    const before = tempo.requests.length
    const asked = await why('--profile tempo --service checkout --error')
    const requests = tempo.requests.slice(before)
    expect(requests.map(({ url }) => [url.pathname, url.searchParams.get('q')])).toEqual([
      [
        '/api/metrics/query_range',
        '{ resource.service.name = "checkout" } | compare({ status = error }, 100)',
      ],
    ])
    const computed = await why(`--file ${file} --service checkout --error`)
    const ranking = ({ rows }: Why) => rows.map(({ next, ...row }) => row)
    expect(ranking(asked)).toEqual(ranking(computed))
    expect(asked).toMatchObject({ spans: 60, selection_count: 13, traces: null, verdict: 'causes' })
    expect(JSON.stringify(asked)).not.toMatch(/nil|card declined|u0@/)
    expect(asked.rows[0]?.next).toBe(
      `ls-auth trace search --service checkout --error --profile tempo --attr 'pod=pod 3'`,
    )
  })

  it.each(['jaeger', 'lightstep'])('at %s from the traces that it finds', async (backend) => {
    const flags = backend === 'lightstep' ? '--snapshot' : ''
    const answer = await why(`--profile ${backend} --service checkout --error ${flags}`)
    expect(answer).toMatchObject({
      traces: 60,
      selection_count: 13,
      verdict: 'causes',
    })
    const shares = { selection_share: 12 / 13, baseline_share: 0, baseline_count: 0 }
    expect(answer.rows[0]).toMatchObject({ value: PLANTED_POD, ...shares })
    // One for the search, and none for each trace.
    expect(lightstep.snapshots.taken.length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['--file FILE', 2, 'missing --error or --slower-than'],
    ['--file FILE --error --slower-than 1s', 2, '--error and --slower-than cannot be used together'],
    ['--file FILE --slower-than soon', 2, 'is neither a duration nor a percentile'],
    ['--file FILE --error --query {}', 2, '--query does not work with'],
    ['--profile jaeger --error --service checkout --query {}', 2, ''],
    ['--file FILE --error --service nobody', 7, 'has no matching trace'],
    ['--file FILE --slower-than 1h', 7, 'none of the 120 spans that fit took that long'],
    ['--file FILE --slower-than 1h --limit 7', 7, 'or read more traces: --limit 35.'],
    ['--file FILE --slower-than 1h --limit 60', 7, 'hint: Use a lower --slower-than, or drop a filter.'],
    ['--file FILE --min 1h --error', 7, 'hint: Drop a filter.'],
    ['--file FILE --service checkout --max 1s --attr order.id=1 --error', 7, 'hint: Drop a filter, or'],
    ['--file FILE --slower-than 1h --since 1d', 7, 'hint: Drop the time limits (to read the whole file)'],
    ['--profile jaeger --service checkout --slower-than 1h', 7, 'hint: Look further back with --since'],
    ['--profile tempo --error --service nobody', 7, 'no span fits'],
    ['--profile tempo --error --service nobody', 7, 'no service "nobody" in this time: ls-auth services'],
    [
      '--profile tempo --error --service chekout',
      7,
      'no service "chekout" in this time; did you mean checkout?',
    ],
    [
      '--profile tempo --slower-than p99 --service chekout',
      7,
      '"chekout" in this time; did you mean checkout?',
    ],
    ['--profile jaeger --error --service chekout', 7, '"chekout"; did you mean checkout?'],
    ['--file FILE --error --service chekout', 7, 'hint: file orders.json has no service "chekout"; did'],
  ])('%s: exit %d', async (flags, exit, message) => {
    const outcome = await world.type(`ls-auth trace why ${flags.replace('FILE', file)}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toContain(message)
    expect(outcome.stderr).toMatch(/^error: .*\n(hint: .*\n)/m)
  })

  it('what cannot be read is named, the rest is shown, and the exit is 6', async () => {
    tempo.mode = 'no-metrics'
    tempo.inFront = (_, path) =>
      path.endsWith(traces[5]?.traceId ?? '') ? { status: 500, body: 'oops' } : undefined
    const outcome = await world.type('ls-auth trace why --profile tempo --service checkout --error --json')
    tempo.mode = 'normal'
    tempo.inFront = undefined
    expect(outcome.exit).toBe(6)
    expect(JSON.parse(outcome.stdout)).toMatchObject({ traces: 59, complete: false })
    expect(outcome.stderr).toContain(`failed: ${traces[5]?.traceId}`)
    expect(outcome.stderr).toContain('1 of 60 traces could not be read')
  })
})
