import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, movedTo } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = movedTo(Date.parse('2026-09-22T17:57:05Z'), makeTrace({ seed: 7 }))
const services = [...new Set(trace.spans.map(({ service }) => service))].sort()
const TRACEQL = '"{} | rate() by (resource.service.name)"'
const UQL = '"spans count | rate | group_by [service], sum"'

let world: World
let tempo: TempoApi
let lightstep: TraceApi
beforeEach(async () => {
  world = await openWorld({ columns: 100 })
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  tempo = await startTempoApi({ traces: [trace] })
  lightstep = await startTraceApi({ apiKey: 'k', traces: [trace] })
  await world.writeConfig(
    `default_profile = "t"
[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"
[profiles.l]\nbackend = "lightstep"\napi = "${lightstep.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterEach(() => Promise.all([world.close(), tempo.close(), lightstep.close()]))

interface Json {
  from: string
  to: string
  stepSeconds: number
  series: { name: string; labels: Record<string, string>; points: { time: string; value: number | null }[] }[]
}
const json = async (flags: string): Promise<Json> => {
  const outcome = await world.type(`ls-auth query ${flags} --json`)
  expect(outcome).toMatchObject({ exit: 0, stderr: '' })
  return JSON.parse(outcome.stdout)
}

describe('TraceQL metrics of Tempo', () => {
  it('a table when piped: what is left out is zero', async () => {
    const outcome = await world.type(`ls-auth query ${TRACEQL} --since 10m`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    const lines = outcome.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^2026-09-22 17:50:0\d to 18:00:0\d UTC, step 10s, by resource\.service\.name$/)
    expect(lines[1]).toBe('times: ends of steps (before Tempo 2.9 their starts)')
    expect(lines.find((line) => line.startsWith('TIME'))).toMatch(/checkout/)
    const rows = lines.slice(lines.findIndex((line) => line.startsWith('TIME')) + 1)
    expect(rows.find((row) => row.startsWith('17:57:00'))).toMatch(/^\S+( +0)+$/)
    expect(rows.find((row) => row.startsWith('17:57:10'))).toMatch(/^\S+( +\d\.\d)+$/)
    const { q, step, start, end } = Object.fromEntries(tempo.requests[0]?.url.searchParams ?? [])
    expect({ q, step }).toEqual({ q: '{} | rate() by (resource.service.name)', step: '10s' })
    expect(Number(end) - Number(start)).toBeLessThanOrEqual(602)
  })

  it('a part of the result is said to be one', async () => {
    expect(await json(TRACEQL)).toMatchObject({ partial: null })
    tempo.mode = 'partial'
    for (const format of ['table', 'chart', 'csv', 'ndjson', 'json']) {
      const outcome = await world.type(`ls-auth query ${TRACEQL} -o ${format}`)
      expect(outcome.stderr).toBe(
        'note: Tempo returned only a part of the result: Response exceeds maximum series limit of 1, a partial response is returned. Ask [masked].\n',
      )
      if (format === 'json')
        expect(JSON.parse(outcome.stdout).partial).toMatch(/^Response exceeds .* Ask \[masked\]\.$/)
    }
    const plain = await world.type(`ls-auth query ${TRACEQL} -o json --show-sensitive`)
    expect(plain.stderr).toContain('Ask joe@example.com.')
    expect(JSON.parse(plain.stdout).partial).toContain('Ask joe@example.com.')
  })

  it('a chart on a terminal or when asked; the same values as data', async () => {
    // The clock goes on between two commands.
    const hour = '--from 2026-09-22T17:00:00Z --to 2026-09-22T18:00:00Z'
    const chart = await world.type(`ls-auth query ${TRACEQL} ${hour} -o chart`)
    expect(chart.stdout).toMatch(/by resource\.service\.name\n[\s\S]*┤[\s\S]*└[\s\S]*\n● \w/)
    world.watched = true
    const onTerminal = await world.type(`ls-auth query ${TRACEQL} ${hour}`)
    expect(onTerminal.stdout.split('\n').slice(1)).toEqual(chart.stdout.split('\n').slice(1))
    const { series, stepSeconds } = await json(`${TRACEQL} --step 5m`)
    expect(stepSeconds).toBe(300)
    expect(series.map(({ labels }) => labels['resource.service.name']).sort()).toEqual(services)
    const rows = (await world.type(`ls-auth query ${TRACEQL} --step 5m -o ndjson`)).stdout.trim().split('\n')
    expect(rows).toHaveLength(services.length)
    const csv = (await world.type(`ls-auth query ${TRACEQL} --step 5m -o csv`)).stdout.split('\r\n')
    expect(csv[0]).toBe('time,resource.service.name,value')
    expect(csv).toHaveLength(services.length * (series[0]?.points.length ?? 0) + 2)
  })

  it('a query it does not take is exit 2 in its words; without metrics the hint says what they need', async () => {
    expect(await world.type('ls-auth query ""')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('the query is empty'),
    })
    const refused = await world.type('ls-auth query "{}"')
    expect(refused).toMatchObject({ exit: 2, stdout: '' })
    expect(refused.stderr).toMatch(/did not accept the query[\s\S]*not a metrics query/)
    for (const mode of ['no-metrics', 'v1-only'] as const) {
      tempo.mode = mode
      const outcome = await world.type(`ls-auth query ${TRACEQL}`)
      expect(outcome).toMatchObject({ exit: mode === 'v1-only' ? 2 : 6, stdout: '' })
      expect(outcome.stderr).toContain('metrics need Tempo 2.4 or later and its metrics-generator')
    }
  })
})

describe('UQL of Lightstep', () => {
  beforeEach(() => {
    world.variables.LS_AUTH_TOKEN = 'k'
  })

  it('series with gaps and without points; none at all is said', async () => {
    const { series } = await json(`${UQL} --step 1m --profile l`)
    expect(series.map(({ name }) => name)).toEqual(services.map((name) => `service=${name}`))
    expect(series[1]?.points).toEqual([])
    expect(series[2]?.points.length).toBeLessThan(series[0]?.points.length as number)
    const drawn = await world.type(`ls-auth query ${UQL} --profile l`)
    expect(drawn.stdout).toContain('1 series without a value')
    const none = await world.type(
      `ls-auth query 'spans count | delta | filter service == "nobody" | group_by [], sum' --profile l`,
    )
    expect(none).toMatchObject({ exit: 0 })
    expect(none.stdout).toContain('No data in this time.')
  })

  it('a query it does not take, and one for log lines, are exit 2', async () => {
    const refused = await world.type('ls-auth query "{} | rate()" --profile l')
    expect(refused).toMatchObject({ exit: 2, stdout: '' })
    expect(refused.stderr).toMatch(/did not accept the query[\s\S]*syntax error/)
    const logs = await world.type('ls-auth query logs --profile l')
    expect(logs).toMatchObject({ exit: 2, stdout: '' })
    expect(logs.stderr).toContain('logs count')
    const latency = 'spans latency | delta | group_by [service], sum'
    const distributions = await world.type(`ls-auth query "${latency}" --profile l`)
    expect(distributions).toMatchObject({ exit: 2, stdout: '' })
    expect(distributions.stderr).toContain('error: the query returns distributions')
    expect(distributions.stderr).toContain("'… | point percentile(value, 99)'")
    const percentile = await world.type(
      `ls-auth query "${latency} | point percentile(value, 99)" --profile l`,
    )
    expect(percentile).toMatchObject({ exit: 0, stderr: '' })
  })
})

it('labels that tell who somebody is are masked', async () => {
  tempo.inFront = () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      series: [
        {
          labels: [{ key: 'span.user.email', value: { stringValue: 'a@b.example' } }],
          samples: [{ timestampMs: String(Date.parse('2026-09-22T17:30:00Z')), value: 1 }],
        },
      ],
    }),
  })
  for (const format of ['chart', 'table', 'csv', 'json', 'ndjson']) {
    const masked = await world.type(`ls-auth query ${TRACEQL} -o ${format}`)
    expect(masked).toMatchObject({ exit: 0 })
    expect(masked.stdout).not.toContain('a@b')
    expect(masked.stderr).toContain('--show-sensitive')
    const shown = await world.type(`ls-auth query ${TRACEQL} -o ${format} --show-sensitive`)
    expect(shown.stdout).toContain('a@b')
  }
})
