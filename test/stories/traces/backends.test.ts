import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TRACE_FORMATS } from '../../../src/trace/formats/trace-formats.ts'
import { type JaegerApi, type JaegerMode, startJaegerApi } from '../../world/jaeger-api.ts'
import { openStage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi, type TempoMode } from '../../world/tempo-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces: TraceData[] = [makeTrace({ seed: 7 }), makeTrace({ seed: 8 })]
const trace = traces[0] as TraceData
const MISSING = '0123456789abcdef0123456789abcdef'
const SERVICES = [...new Set(traces.flatMap(({ spans }) => spans.map(({ service }) => service)))].sort()
const NOW = Date.parse('2026-09-22T18:00:00Z')

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.clockOffset = NOW - Date.now()
})
afterEach(() => world.close())

async function profile(backend: string, api: string, more = ''): Promise<void> {
  await world.writeConfig(
    `[profiles.local]\nbackend = "${backend}"\napi = "${api}"\nauthorization = "none"\n${more}`,
  )
}

const spansOf = (stdout: string): number => (JSON.parse(stdout) as { spanCount: number }).spanCount

describe('Grafana Tempo without a sign-in', () => {
  let tempo: TempoApi
  const start = async (options: Partial<Parameters<typeof startTempoApi>[0]> = {}, more = '') => {
    tempo = await startTempoApi({ traces, ...options })
    await profile('tempo', tempo.url, more)
  }
  afterEach(() => tempo.close())

  it.each<TempoMode>(['normal', 'v1-only', 'json-only'])('%s: one trace, whole', async (mode) => {
    await start()
    tempo.mode = mode
    const outcome = await world.type(`ls-auth trace get ${trace.traceId} --json`)
    expect(outcome).toMatchObject({ exit: 0 })
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      traceId: trace.traceId,
      spanCount: trace.spans.length,
      errorCount: trace.spans.filter((span) => span.error).length,
      partial: null,
    })
    expect(tempo.requests[0]?.headers.accept).toMatch(/^application\/protobuf/)
    expect(tempo.requests[0]?.headers.authorization).toBeUndefined()
  })

  it.each<TempoMode>(['normal', 'v1-only', 'json-only'])(
    '%s: a trace that does not exist is exit 7',
    async (mode) => {
      await start()
      tempo.mode = mode
      const outcome = await world.type(`ls-auth trace get ${MISSING}`)
      expect(outcome).toMatchObject({ exit: 7, stdout: '' })
      expect(outcome.stderr).toContain(`Tempo has no trace ${MISSING}`)
    },
  )

  it.each<[TempoMode, number, RegExp]>([
    ['too-large', 6, /exceeds Tempo's size limit[\s\S]*42610002/],
    ['v2-too-large', 6, /exceeds Tempo's size limit(?![\s\S]*Try again)[\s\S]*max_bytes_per_trace/],
    ['html', 6, /web page instead of traces/],
    ['busy', 6, /limits requests/],
  ])('%s → exit %i', async (mode, exit, words) => {
    await start()
    tempo.mode = mode
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toMatch(words)
  })

  it('a secret in what it says is masked in the report of doctor', async () => {
    await start()
    const words = 'failed: client_secret=hunter2abc Authorization: Basic aHVudGVyMjphYmM='
    tempo.inFront = () => ({ status: 500, body: words })
    const file = join(world.home, 'report.json')
    const { exit, stdout } = await world.type(`ls-auth doctor --bundle ${file}`)
    expect(exit).toBe(5)
    expect(stdout).toContain('server: failed: ')
    const report = await readFile(file, 'utf8')
    expect(report).toContain('server: failed: client_secret=[masked]')
    for (const secret of ['hunter2abc', 'aHVudGVyMjphYmM']) expect(report).not.toContain(secret)
  })

  it('gzip in a gzipped answer unpacks to no more than an answer may hold', async () => {
    await start()
    const body = gzipSync(gzipSync(Buffer.alloc(257 * 1024 * 1024)))
    const headers = { 'content-encoding': 'gzip' }
    tempo.inFront = () => ({ status: 200, headers, body })
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    expect(outcome.stderr).toContain('unpacks to more than 256 MiB')
  })

  it('another trace than the one asked for is not shown', async () => {
    await start()
    const body = JSON.stringify({ batches: [] })
    const other = await world.type(`ls-auth trace get ${traces[1]?.traceId} -o otlp --show-sensitive`)
    tempo.inFront = () => ({ status: 200, body: other.stdout })
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    expect(outcome.stderr).toContain(`answered: ${traces[1]?.traceId}`)
    tempo.inFront = () => ({ status: 200, body })
    expect(await world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 7 })
  })

  it('a partial trace is drawn, and said to be one', async () => {
    await start()
    tempo.mode = 'partial'
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome.stdout).toContain('incomplete trace: max size of trace (5000000) exceeded')
  })

  it('several tenants: the hint names the setting, and the setting is sent', async () => {
    await start({ tenant: 'team-a' })
    const without = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(without).toMatchObject({ exit: 11 })
    expect(without.stderr).toContain(
      '--tenant NAME, or save it in the profile: ls-auth profile set tenant NAME',
    )
    await world.editConfig((text) => `${text}tenant = "team-a"\n`)
    expect(await world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
  })

  it('search: flags become TraceQL, the list has roots, counts and a histogram', async () => {
    await start()
    const outcome = await world.type(
      "ls-auth trace search --service 'a \"b' --attr http.status_code=500 --min 10ms --error --since 24h",
    )
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    const lines = outcome.stdout.split('\n')
    expect(lines[0]).toMatch(/^2 traces {2}p50 .* p99 /)
    expect(outcome.stdout).toMatch(new RegExp(`${trace.traceId} .* ${trace.spans.length} +✗ 3 `))
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
    const q = tempo.requests[0]?.url.searchParams.get('q')
    expect(q).toContain('{ resource.service.name = "a \\"b" && ')
    expect(q).toContain(
      '(.http.status_code = "500" || .http.status_code = 500) && status = error && duration >= 10000000ns',
    )
    expect(q).toMatch(/ with \(most_recent=true\)$/)
  })

  it('a span id finds its trace; one that is nowhere says how far back it was looked for', async () => {
    await start()
    const spanId = trace.spans[5]?.spanId
    const found = await world.type(`ls-auth trace get ${spanId} --json`)
    expect(JSON.parse(found.stdout)).toMatchObject({ traceId: trace.traceId, spanCount: 48 })
    const url = `https://app.lightstep.com/x/trace?span_guid=${spanId}`
    expect(await world.type(`ls-auth trace get ${url} --json`)).toMatchObject({ stdout: found.stdout })
    const none = await world.type('ls-auth trace get 0123456789abcdef')
    expect(none).toMatchObject({ exit: 7, stdout: '' })
    expect(none.stderr).toMatch(/no trace 0123456789abcdef\nhint: ls-auth searched the last 24 hours/)
  })
})

describe('Jaeger without a sign-in', () => {
  let jaeger: JaegerApi
  beforeEach(async () => {
    jaeger = await startJaegerApi({ traces, basePath: '/jaeger' })
    await profile('jaeger', jaeger.url)
  })
  afterEach(() => jaeger.close())

  it.each<JaegerMode>(['v3', 'v2', 'victoria'])('%s: one trace, whole', async (mode) => {
    jaeger.mode = mode
    const outcome = await world.type(`ls-auth trace get ${trace.traceId} --json`)
    expect(outcome).toMatchObject({ exit: 0 })
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      spanCount: trace.spans.length,
      errorCount: trace.spans.filter((span) => span.error).length,
    })
    const drawn = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(drawn.stdout).toContain(`/jaeger/trace/${trace.traceId}`)
  })

  it.each<JaegerMode>(['v3', 'v2', 'victoria'])('%s: a trace that does not exist is exit 7', async (mode) => {
    jaeger.mode = mode
    expect(await world.type(`ls-auth trace get ${MISSING}`)).toMatchObject({ exit: 7, stdout: '' })
  })

  it.each<JaegerMode>(['v3', 'v3-no-summaries', 'v2', 'victoria'])(
    '%s: search and services',
    async (mode) => {
      jaeger.mode = mode
      const service = trace.spans[0]?.service as string
      const outcome = await world.type(
        `ls-auth trace search --service ${service} --since 1d --min 1ms --json`,
      )
      expect(outcome).toMatchObject({ exit: 0 })
      const { traces: found } = JSON.parse(outcome.stdout) as {
        traces: { traceId: string; spanCount: number }[]
      }
      expect(found.map(({ traceId, spanCount }) => [traceId, spanCount]).sort()).toEqual(
        traces.map(({ traceId, spans }) => [traceId, spans.length]).sort(),
      )
      expect((await world.type('ls-auth services')).stdout).toBe(`${SERVICES.join('\n')}\n`)
      const none = await world.type('ls-auth trace search --service nobody')
      expect(none).toMatchObject({ exit: 0, stdout: 'No traces found.\n' })
    },
  )

  it('VictoriaTraces: attributes of resources', async () => {
    const [first = trace] = traces
    const spans = first.spans.map((span) => ({ ...span, resource: { 'k8s.pod.name': 'cart-0' } }))
    const victoria = await startJaegerApi({ traces: [{ ...first, spans }] })
    victoria.mode = 'victoria'
    await profile('jaeger', victoria.url)
    const search = (flags: string) => world.type(`ls-auth trace search --service cart --since 1d ${flags}`)
    expect((await search('--attr resource.k8s.pod.name=cart-0')).stdout).toMatch(/^1 trace/)
    await victoria.close()
  })

  it('says what it cannot do: a query language, a search over all services of an old version', async () => {
    expect(await world.type('ls-auth trace search --query x')).toMatchObject({ exit: 2 })
    jaeger.mode = 'v2'
    const outcome = await world.type('ls-auth trace search')
    expect(outcome).toMatchObject({ exit: 2 })
    expect(outcome.stderr).toContain('--service NAME')
    const elsewhere = await world.type(`ls-auth trace search --api ${jaeger.url}`)
    expect(elsewhere.stderr).toContain(`ls-auth services --api ${jaeger.url} lists the names.`)
  })
})

describe('files', () => {
  const saved = async (): Promise<string> => {
    const tempo = await startTempoApi({ traces })
    await profile('tempo', tempo.url)
    const file = join(world.home, 'saved.json')
    await writeFile(
      file,
      (await world.type(`ls-auth trace get ${trace.traceId} --json --show-sensitive`)).stdout,
    )
    await tempo.close()
    return file
  }

  it('flags choose spans: with what is above them in a drawing, alone in data', async () => {
    const file = await saved()
    const failed = trace.spans.filter((span) => span.error)
    const drawn = await world.type(`ls-auth trace get ${file} --error --no-bars`)
    expect(drawn.stdout).toMatch(/\d+ of 48 spans shown \(--error\)/)
    const lines = (await world.type(`ls-auth trace get ${file} --error -o ndjson`)).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).spanId).sort()).toEqual(
      failed.map(({ spanId }) => spanId).sort(),
    )
    const csv = (await world.type(`ls-auth trace get ${file} --service ${failed[0]?.service} -o csv`)).stdout
    expect(csv.split('\r\n')[0]).toMatch(/^trace_id,span_id,.*,attributes$/)
    const services = csv
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[4])
    expect(new Set(services)).toEqual(new Set([failed[0]?.service]))
    expect(await world.type(`ls-auth trace get ${file} --depth 0`)).toMatchObject({ exit: 2 })
    expect(await world.type(`ls-auth trace get ${file} --attr x`)).toMatchObject({ exit: 2 })
  })

  it('what looks like a secret or like personal data is masked in every format, and shown when asked', async () => {
    const file = join(world.home, 'secret.json')
    const tags = ['password', 'user.email', 'db.statement'].map((key) => ({
      key,
      type: 'string',
      value: 'hush@x.example',
    }))
    const span = { traceID: 'a', spanID: '1', operationName: 'x', startTime: 1, duration: 1, tags }
    await writeFile(file, JSON.stringify({ traceID: 'a', spans: [span], processes: {} }))
    for (const format of TRACE_FORMATS) {
      const masked = await world.type(`ls-auth trace get ${file} -o ${format}`)
      expect(masked).toMatchObject({ exit: 0 })
      expect(masked.stdout).not.toContain('hush')
      const shown = await world.type(`ls-auth trace get ${file} -o ${format} --show-sensitive`)
      // Rows alone have no attributes.
      if (!['waterfall', 'md', 'svg', 'agent'].includes(format)) {
        expect(masked.stderr).toContain('--show-sensitive')
        expect(shown.stdout).toContain('hush')
      }
    }
  })

  it('any format, from a file and from standard input, without profile or network', async () => {
    const tempo = await startTempoApi({ traces })
    await profile('tempo', tempo.url)
    for (const format of ['json', 'ndjson', 'otlp', 'jaeger']) {
      const written = await world.type(`ls-auth trace get ${trace.traceId} --show-sensitive -o ${format}`)
      expect(written).toMatchObject({ exit: 0, stderr: '' })
      const file = join(world.home, `trace.${format}`)
      await writeFile(file, written.stdout)
      expect(spansOf((await world.type(`ls-auth trace get ${file} --json`)).stdout)).toBe(trace.spans.length)
      world.stdin = [written.stdout]
      expect(spansOf((await world.type('ls-auth trace get - --json')).stdout)).toBe(trace.spans.length)
    }
    await tempo.close()
  })

  it('a file that was cut while it was written is read up to there, and said to be a part', async () => {
    const tempo = await startTempoApi({ traces })
    await profile('tempo', tempo.url)
    const written = await world.type(`ls-auth trace get ${trace.traceId} -o ndjson`)
    const file = join(world.home, 'cut.ndjson')
    await writeFile(file, written.stdout.slice(0, -20))
    const why = `line ${trace.spans.length}, the last, is cut off`
    const drawn = await world.type(`ls-auth trace get ${file}`)
    expect(drawn).toMatchObject({ exit: 0, stderr: '' })
    expect(drawn.stdout).toContain(`incomplete trace: ${why}`)
    const json = await world.type(`ls-auth trace get ${file} --json`)
    expect(JSON.parse(json.stdout)).toMatchObject({ spanCount: trace.spans.length - 1, partial: why })
    // Formats that have no place for it.
    for (const format of ['csv', 'ndjson', 'otlp', 'jaeger']) {
      const { stderr } = await world.type(`ls-auth trace get ${file} -o ${format} --show-sensitive`)
      expect({ format, stderr }).toEqual({
        format,
        stderr: `note: incomplete trace: ${why}\n`,
      })
    }
    await tempo.close()
  })

  it('several traces: the largest and a note, or the one asked for', async () => {
    const file = join(world.home, 'two.json')
    const span = (traceID: string, spanID: string) => ({
      traceID,
      spanID,
      operationName: 'x',
      startTime: 1,
      duration: 1,
    })
    const data = [
      { traceID: 'a', spans: [span('a', '1')], processes: {} },
      { traceID: 'b', spans: [span('b', '1'), span('b', '2')], processes: {} },
    ]
    await writeFile(file, JSON.stringify({ data, total: 2 }))
    const largest = await world.type(`ls-auth trace get ${file} --json`)
    expect(spansOf(largest.stdout)).toBe(2)
    expect(largest.stderr).toContain('2 traces in it')
    expect(spansOf((await world.type(`ls-auth trace get ${file} --trace a --json`)).stdout)).toBe(1)
    expect(await world.type(`ls-auth trace get ${file} --trace c`)).toMatchObject({ exit: 7 })
  })
})

describe('behind the gateway', () => {
  it('Tempo gets the key and never the person’s token; the tenant goes along', async () => {
    const stage = await openStage()
    const tempo = await startTempoApi({
      traces,
      tenant: 'team-a',
      apiKey: 'ls-key-that-stays-at-the-gateway',
    })
    const { startGateway } = await import('../../world/gateway.ts')
    const gateway = await startGateway({
      issuer: stage.provider.issuer,
      audience: 'api://traces',
      scope: 'traces:read',
      upstream: tempo.url,
      apiKey: 'ls-key-that-stays-at-the-gateway',
    })
    await stage.world.type(stage.login(`--profile t --backend tempo --api ${gateway.url}`))
    await stage.world.editConfig((text) =>
      text.replace(/backend = "tempo"/, 'backend = "tempo"\ntenant = "team-a"'),
    )
    const outcome = await stage.world.type(`ls-auth trace get ${trace.traceId} --profile t`)
    expect(outcome).toMatchObject({ exit: 0 })
    expect(tempo.requests[0]?.headers['x-scope-orgid']).toBe('team-a')
    await Promise.all([stage.close(), tempo.close(), gateway.close()])
  })
})
