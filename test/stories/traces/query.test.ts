import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, movedTo } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = movedTo(Date.parse('2026-09-22T17:57:05Z'), makeTrace({ seed: 7 }))
const services = [...new Set(trace.spans.map(({ service }) => service))].sort()
const TRACEQL = '"{} | rate() by (resource.service.name)"'
const UQL = '"spans count | rate | group_by [service], sum"'

const longest = () => Math.max(...trace.spans.map((span) => span.endMicros - span.startMicros)) / 1e6

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

  it.each([
    ['rate()', (spans: number) => [{ '': spans / 300 }, { '': 0 }]],
    ['count_over_time()', (spans: number) => [{ '': spans }, { '': 0 }]],
    // NaN is no value, and a latency of zero none, too.
    ['max_over_time(duration)', () => [{ '': longest() }, { '': null }]],
    [
      'quantile_over_time(duration, 0.99, 1)',
      () => [
        { '0.99': longest(), '1': longest() },
        { '0.99': null, '1': null },
      ],
    ],
  ])('%s is of the spans of each step', async (asked, expected) => {
    const { series } = await json(`"{} | ${asked}" --step 5m --since 15m`)
    const valuesAt = (time: string) =>
      Object.fromEntries(
        series.map(({ labels, points }) => [
          Object.values(labels).join(),
          points.find((point) => point.time === time)?.value,
        ]),
      )
    const [then, after] = expected(trace.spans.length)
    expect(valuesAt('2026-09-22T18:00:00.000Z')).toEqual(then)
    expect(valuesAt('2026-09-22T17:55:00.000Z')).toEqual(after)
  })

  it.each([
    ['duration', /^TIME( +[\d.]+(µs|ms|s))+$/],
    ['span.http.response.status_code', /^TIME( +[\d.e-]+)+$/],
  ])('a histogram of %s has its buckets in order', async (field, head) => {
    const histogram = `"{} | histogram_over_time(${field})"`
    const { stdout } = await world.type(`ls-auth query ${histogram} -o table --step 5m`)
    expect(stdout.split('\n').find((line) => line.startsWith('TIME'))).toMatch(head)
    const { series } = await json(`${histogram} --step 5m`)
    for (const { labels } of series) expect(Number(labels.__bucket)).toBeGreaterThan(0)
  })

  it('a part of the result is said to be one', async () => {
    expect(await json(TRACEQL)).toMatchObject({ partial: null })
    tempo.mode = 'partial'
    for (const format of ['table', 'chart', 'csv', 'ndjson', 'json']) {
      const outcome = await world.type(`ls-auth query ${TRACEQL} -o ${format}`)
      expect(outcome.stderr).toBe(
        'note: Tempo gave only a part of the result: Response exceeds maximum series limit of 1, a partial response is returned. Ask [masked].\n',
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

  it('each series is of the values that are asked by', async () => {
    const labelsBy = async (by: string) =>
      (await json(`"{} | rate() by (${by})"`)).series.map(({ labels }) => labels)
    const valuesOf = (of: (span: (typeof trace.spans)[number]) => unknown) =>
      [...new Set(trace.spans.map((span) => String(of(span) ?? 'nil')))].sort()
    const route = 'span.http.route'
    const routes = await labelsBy(route)
    expect(routes.map((labels) => labels[route]).sort()).toEqual(valuesOf(({ tags }) => tags['http.route']))
    const both = await labelsBy('resource.service.name, name')
    expect(both.map((labels) => Object.values(labels).join(' ')).sort()).toEqual(
      valuesOf(({ service, name }) => `${service} ${name}`),
    )
    expect((await world.type(`ls-auth query '{} | rate() by (nonsense)'`)).exit).toBe(2)
  })

  it.each([
    'step of 5m0s is too small, minimum step for given range is 49h52m40.2383s',
    'range specified by start and end (200h0m0s) exceeds 168h0m0s',
  ])('%s: a shorter time or a longer step is advised, and not another query', async (body) => {
    tempo.inFront = () => ({ status: 400, body })
    const { exit, stderr } = await world.type(`ls-auth query ${TRACEQL}`)
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr:
        'error: Tempo did not accept the query\n' +
        `hint: Ask for a shorter time with --since, or --from and --to, or a longer --step.\n  ${body}\n`,
    })
  })

  it('a query it does not take is exit 2 in its words; without metrics the hint says what they need', async () => {
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

  it('sent as the API wants it, through the gateway, by the person’s own token', async () => {
    const stage = await openStage()
    await stage.world.type(stage.login())
    const outcome = await stage.world.type(`ls-auth query ${UQL} --step 5m`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout).toContain('TIME')
    expect(outcome.stdout).not.toContain('times:')
    expect(stage.gateway.log.at(-1)).toMatchObject({ method: 'POST', sub: 'alice', status: 200 })
    await stage.close()
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
    expect(distributions.stderr).toContain('error: the query gives distributions')
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

it("Tempo's time of a value is the end of its step: the newest is drawn up to the right edge", async () => {
  const labels = [{ key: 'service.name', value: { stringValue: 'shop' } }]
  const minutes = [0, 5, 10, 15, 20]
  const samples = minutes.map((minute) => ({
    timestampMs: String(Date.parse('2026-09-22T17:00:00Z') + minute * 60_000),
    value: minute === 20 ? 9 : minute === 10 ? 4 : 0,
  }))
  tempo.inFront = () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ series: [{ labels, samples }] }),
  })
  const asked = '--from 2026-09-22T17:03:00Z --to 2026-09-22T17:18:00Z --step 5m'
  const { stdout } = await world.type(`ls-auth query ${TRACEQL} ${asked} -o chart`)
  const lines = stdout.split('\n')
  const floor = lines.findIndex((line) => line.includes('└'))
  const begin = (lines[floor] as string).indexOf('└') + 1
  const width = (lines[floor] as string).length - begin
  const above = (lines[floor - 1] as string).slice(begin)
  const at = (minute: number) => above[Math.floor(((minute - 3) / 15) * width)]
  expect(above).toHaveLength(width)
  expect([4, 6, 9, 12, 16].map(at)).toEqual([' ', '█', '█', ' ', '█'])
})

it('steps and times that make no sense are exit 2', async () => {
  for (const flags of [
    '--step 0',
    '--step 1s --since 90d',
    '--step x',
    '--from 2026-01-02 --to 2026-01-01',
  ]) {
    expect(await world.type(`ls-auth query ${TRACEQL} ${flags}`)).toMatchObject({ exit: 2, stdout: '' })
  }
})

it('a ranking tells once what it has masked, and a selection of nothing is told as that', async () => {
  const one = (type: string, key: string, value: string, count: number) => ({
    labels: [
      { key: '__meta_type', value: { stringValue: type } },
      { key, value: { stringValue: value } },
    ],
    samples: [{ timestampMs: String(Date.parse('2026-09-22T17:30:00Z')), value: count }],
  })
  const groups = (selected: number) =>
    (['selection', 'baseline'] as const).flatMap((type) => {
      const count = type === 'selection' ? selected : 40
      return [
        one(`${type}_total`, 'name', 'nil', count),
        one(type, 'name', 'GET /', count),
        one(`${type}_total`, 'span.user.email', 'nil', count),
        one(type, 'span.user.email', `${type}@b.example`, count),
      ]
    })
  const compared = (selected: number) => {
    tempo.inFront = () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ series: groups(selected) }),
    })
    return world.type(`ls-auth query '{} | compare({ span.http.route = "/pay" })'`)
  }
  const masked = await compared(30)
  expect(masked).toMatchObject({ exit: 0 })
  expect(masked.stdout).toMatch(/^30 of 70 spans were selected\.\n/)
  expect(masked.stdout).not.toContain('b.example')
  expect(masked.stderr.match(/are masked/g)).toHaveLength(1)
  expect(masked.stderr).toContain('values that look like')
  expect((await compared(0)).stdout).toBe(
    '0 of 40 spans were selected.\nNone was, so there is nothing to compare: check the name and the value in the query.\n',
  )
})
