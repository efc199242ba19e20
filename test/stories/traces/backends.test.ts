import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TRACE_FORMATS } from '../../../src/trace/formats/output-choices.ts'
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
    '%s: a trace that is not there is exit 7',
    async (mode) => {
      await start()
      tempo.mode = mode
      const outcome = await world.type(`ls-auth trace get ${MISSING}`)
      expect(outcome).toMatchObject({ exit: 7, stdout: '' })
      expect(outcome.stderr).toContain(`Tempo has no trace ${MISSING}`)
    },
  )

  it.each<[TempoMode, number, RegExp]>([
    ['too-large', 6, /larger than Tempo sends[\s\S]*42610002/],
    ['v2-too-large', 6, /larger than Tempo sends(?![\s\S]*Try again)[\s\S]*max_bytes_per_trace/],
    ['html', 6, /web page instead of traces/],
    ['busy', 6, /limits requests/],
  ])('%s → exit %i', async (mode, exit, words) => {
    await start()
    tempo.mode = mode
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toMatch(words)
  })

  it.each([
    ['trace search', true],
    [`query '{} | rate()'`, true],
    [`trace get ${MISSING}`, false],
  ])('a gateway that waits no longer (504), %s: a shorter time helps: %s', async (command, isHelp) => {
    await start()
    tempo.inFront = () => ({ status: 504, body: 'stream timeout' })
    const outcome = await world.type(`ls-auth ${command}`)
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    expect(outcome.stderr).toContain('failed (HTTP 504)')
    expect(outcome.stderr.includes('Or ask for a shorter time with --since.')).toBe(isHelp)
  })

  it('an answer that is no trace is Tempo’s fault, whatever it looks like', async () => {
    await start()
    for (const body of ['{"data":[{"id":1}]}', '{"hello":1}', 'hello', '{"batches":[{']) {
      tempo.inFront = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body })
      const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
      expect(outcome).toMatchObject({ exit: 6, stdout: '' })
      expect(outcome.stderr).toMatch(
        /^error: Tempo answered with something that is no trace: .+\nhint: .*Tempo/,
      )
      expect(outcome.stderr).not.toContain('Lightstep')
    }
  })

  it('a search whose traces cannot be read has not found nothing', async () => {
    await start()
    const answer = (traces: unknown[]) => {
      tempo.inFront = () => ({ status: 200, body: JSON.stringify({ traces }) })
      return world.type('ls-auth trace search --json')
    }
    const bad = { traceID: 5, startTimeUnixNano: 'x', durationMs: -3 }
    const good = { traceID: '1'.repeat(32), startTimeUnixNano: '1790000000000000000', durationMs: 'x' }
    expect(await answer([bad, null])).toMatchObject({
      exit: 6,
      stdout: '',
      stderr: expect.stringContaining('Tempo answered with something that is not the list asked for'),
    })
    expect(await answer([])).toMatchObject({ exit: 0, stdout: expect.stringContaining('"traces": []') })
    const some = await answer([bad, good])
    expect(some.exit).toBe(0)
    expect(JSON.parse(some.stdout).traces).toMatchObject([{ traceId: good.traceID, durationNanos: null }])
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

  it.each([
    ['404 page not found', 6, /there is no Tempo at this address[\s\S]*without \/api at its end/],
    ['{"message":"Not found"}', 6, /there is no Tempo at this address/],
    ['', 6, /there is no Tempo at this address/],
  ])(
    'an address where no Tempo is (%s) is told from a trace that is not there',
    async (body, exit, words) => {
      await start()
      tempo.inFront = () => ({ status: 404, body })
      const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
      expect(outcome).toMatchObject({ exit, stdout: '' })
      expect(outcome.stderr).toMatch(words)
    },
  )

  it('a partial trace is drawn, and said to be one', async () => {
    await start()
    tempo.mode = 'partial'
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome.stdout).toContain('only a part of the trace is here: max size of trace (5000000) exceeded')
  })

  it('a trace of an older Tempo that answers 206 is a part, and none that is missing where it is empty', async () => {
    await start()
    tempo.mode = 'v1-partial'
    const why = 'Tempo could not read some of its blocks (HTTP 206)'
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome.stdout).toContain(`only a part of the trace is here: ${why}`)
    const json = await world.type(`ls-auth trace get ${trace.traceId} -o json`)
    expect(JSON.parse(json.stdout)).toMatchObject({ spanCount: trace.spans.length, partial: why })
    const headers = { 'content-type': 'application/json' }
    tempo.inFront = (_, path) =>
      path.includes('/v2/') ? { status: 404 } : { status: 206, headers, body: '{"batches":[]}' }
    const empty = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(empty).toMatchObject({ exit: 6, stdout: '' })
    expect(empty.stderr).toContain(`Tempo answered with no span of the trace ${trace.traceId}`)
    expect(empty.stderr).toContain(why)
    expect(empty.stderr).not.toContain('retention')
  })

  it.each([
    ['an empty list', { trace: { resourceSpans: [] } }],
    ['an empty trace', { trace: {} }],
  ])('a part without any span (%s) is no trace that is missing', async (_, empty) => {
    await start()
    const message = 'trace exceeds max size (max bytes: 50000)\u001b[2J'
    const body = JSON.stringify({ ...empty, status: 'PARTIAL', message })
    tempo.inFront = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body })
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    expect(outcome.stderr).toContain(`Tempo answered with no span of the trace ${trace.traceId}`)
    expect(outcome.stderr).toContain('server: trace exceeds max size (max bytes: 50000)\\u{1b}[2J')
    expect(outcome.stderr).not.toContain('retention')
  })

  it('several tenants: the hint names the setting, and the setting is sent', async () => {
    await start({ tenant: 'team-a' })
    const without = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(without).toMatchObject({ exit: 11 })
    expect(without.stderr).toContain(
      '--tenant NAME, or keep it in the profile: ls-auth profile set tenant NAME',
    )
    await world.editConfig((text) => `${text}tenant = "team-a"\n`)
    expect(await world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
  })

  it('works through Grafana’s data-source proxy, and links to Explore', async () => {
    await start({ basePath: '/grafana/api/datasources/proxy/uid/tempo-1' })
    const outcome = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome.exit).toBe(0)
    expect(outcome.stdout).toMatch(/\/grafana\/explore\?schemaVersion=1&panes=\S*tempo-1/)
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

  it('search: durations in whole milliseconds are printed as such', async () => {
    await start()
    const traces = [
      { traceID: 'a', startTimeUnixNano: '1790000000000000000', durationMs: 7 },
      { traceID: 'b', startTimeUnixNano: '1790000000000000000' },
      { traceID: 'c', startTimeUnixNano: '1790000000000000000', durationMs: 1234 },
    ]
    tempo.inFront = () => ({ status: 200, body: JSON.stringify({ traces }) })
    const { stdout } = await world.type('ls-auth trace search')
    expect(stdout).toMatch(/^3 traces {2}p50 7ms {2}p99 1\.23s\n/)
    expect(stdout).toMatch(/0a .* 7ms [\s\S]*0b .* <1ms [\s\S]*0c .* 1\.23s /)
  })

  it('search: of a duration that is no usable number it is said that it is not known, and nothing of its end', async () => {
    await start()
    const found = (durationMs: number, i: number) => ({
      traceID: `${i + 1}`,
      startTimeUnixNano: '1790000000000000000',
      durationMs,
    })
    const search = (...millis: readonly number[]) => {
      tempo.inFront = () => ({ status: 200, body: JSON.stringify({ traces: millis.map(found) }) })
      return world.type('ls-auth trace search')
    }
    const one = await search(-1, 5, 6, 7)
    expect(one.stdout).toMatch(/ unknown /)
    expect(one.stderr).toContain(
      'note: the duration of 1 of 4 traces is not known: left out of p50, p99 and the histogram\n',
    )
    expect(one.stderr).not.toContain('usable end')
    expect((await search(5, 6)).stderr).not.toContain('not known')
  })

  it('search: large whole numbers are numbers, too', async () => {
    await start()
    for (const number of ['9007199254740993', '-9223372036854775807', '9223372036854775808']) {
      await world.type(`ls-auth trace search --attr order=${number}`)
    }
    expect(tempo.requests.map(({ url }) => url.searchParams.get('q')?.replace(/ with .*/, ''))).toEqual([
      '{ (.order = "9007199254740993" || .order = 9007199254740993) }',
      '{ (.order = "-9223372036854775807" || .order = -9223372036854775807) }',
      '{ .order = "9223372036854775808" }',
    ])
  })

  it('search: attributes are compared as TraceQL does', async () => {
    await start()
    const attrs = ['http.status_code>=500', 'zone!=eu', 'code!=1', 'http.route=~/a.*']
    await world.type(`ls-auth trace search ${attrs.map((attr) => `--attr '${attr}'`).join(' ')}`)
    expect(tempo.requests[0]?.url.searchParams.get('q')).toContain(
      '{ .http.status_code >= 500 && .zone != "eu" && (.code != "1" || .code != 1) && .http.route =~ "^(?:/a.*)$" }',
    )
  })

  it('search as data; more than the limit is said', async () => {
    await start()
    const lines = await world.type('ls-auth trace search --limit 1 -o ndjson --from 2026-09-22T06:32:40.100Z')
    expect(lines.stdout.trim().split('\n')).toHaveLength(1)
    expect(lines.stderr).toContain('stopped at 1 trace, there may be more: --limit 5')
    // It began before the time that was looked at: a range that ends there would be none.
    expect(lines.stderr).not.toContain('older')
    const json = JSON.parse((await world.type('ls-auth trace search --since 24h --json')).stdout)
    expect(json).toMatchObject({ truncated: false, query: '{}' })
    expect(json.traces.map((one: { spanCount: number }) => one.spanCount)).toEqual([48, 48])
  })

  it('an empty search up to now says that the last seconds may be missing; one of the past does not', async () => {
    tempo = await startTempoApi({ traces: [] })
    await profile('tempo', tempo.url)
    const note =
      'note: Tempo may leave out the last 30 seconds: a trace of just now is found a little later\n'
    for (const mode of ['normal', 'no-hints'] as const) {
      tempo.mode = mode
      for (const flags of [
        '',
        '--since 5m',
        '--from 2026-09-22T17:00:00Z --to 2026-09-22T17:59:55Z',
        '--query {}',
      ]) {
        const outcome = await world.type(`ls-auth trace search ${flags}`)
        expect({ flags, ...outcome }).toMatchObject({
          flags,
          exit: 0,
          stdout: 'No traces found.\n',
          stderr: note,
        })
      }
      const past = await world.type(
        'ls-auth trace search --from 2026-09-22T15:00:00Z --to 2026-09-22T17:00:00Z',
      )
      expect(past).toMatchObject({ exit: 0, stderr: '' })
    }
    await tempo.close()
    await start()
    expect((await world.type('ls-auth trace search --since 1d')).stderr).not.toContain('30 seconds')
  })

  it('an older Tempo that knows no hints is asked again without', async () => {
    await start()
    tempo.mode = 'no-hints'
    expect(await world.type('ls-auth trace search --error')).toMatchObject({ exit: 0 })
    expect(tempo.requests.map(({ url }) => url.searchParams.get('q'))).toEqual([
      '{ status = error } with (most_recent=true)',
      '{ status = error }',
    ])
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
    expect(none.stderr).toMatch(/no trace 0123456789abcdef\nhint: Spans were looked for in the last 24 hours/)
  })

  it.each([
    ['00000000000000a0', true],
    ['00aaaaaaaaaaaaaa', true],
    // Only whole bytes of zeros are cut.
    ['0aaaaaaaaaaaaaaa', false],
  ])('of a span id that Tempo cannot find it is not said that there is none: %s', async (id, cannot) => {
    await start()
    const { exit, stderr } = await world.type(`ls-auth trace get ${id}`)
    expect(exit).toBe(7)
    expect(
      stderr.includes('does not find a span whose id begins with 00\nhint: Give the id of the trace'),
    ).toBe(cannot)
    expect(stderr.includes('Tempo has no trace')).toBe(!cannot)
  })

  it('a query of one’s own gets the latest first, unless it has hints', async () => {
    await start()
    const latest = await world.type(
      'ls-auth trace search --since 24h --query \'{ .a = "with (x)" }\' --limit 1 --json',
    )
    expect(JSON.parse(latest.stdout)).toMatchObject({ query: '{ .a = "with (x)" }', truncated: true })
    await world.type("ls-auth trace search --query '{} with (most_recent=false)'")
    tempo.mode = 'no-hints'
    expect(await world.type("ls-auth trace search --query '{}'")).toMatchObject({ exit: 0 })
    const queries = tempo.requests.map(({ url }) => url.searchParams.get('q'))
    expect(queries.filter((q) => q !== null)).toEqual([
      '{ .a = "with (x)" } with (most_recent=true)',
      '{} with (most_recent=false)',
      '{} with (most_recent=true)',
      '{}',
    ])
  })

  it('a query it does not take is exit 2, in Tempo’s words', async () => {
    await start()
    const query = await world.type('ls-auth trace search --query "oops x"')
    expect(query).toMatchObject({ exit: 2 })
    expect(query.stderr).toMatch(/parse error at line 1, col 3.*\n {2}oops x/)
    const range = await world.type('ls-auth trace search --since 8d')
    expect(range).toMatchObject({ exit: 2 })
    expect(range.stderr).toMatch(
      /^error: .*\nhint: Ask for a shorter time .*\n {2}range specified by start and end exceeds .*\n$/,
    )
    expect(await world.type('ls-auth trace search --query "{}" --error')).toMatchObject({ exit: 2 })
    expect(await world.type('ls-auth trace search --min 5')).toMatchObject({ exit: 2 })
    expect(await world.type('ls-auth trace search --from 2026-01-02 --to 2026-01-01')).toMatchObject({
      exit: 2,
    })
  })

  it('more traces than it gives at once is exit 2, and the hint says how many it gives', async () => {
    await start({ maxLimit: 3 })
    for (const command of [
      'search --limit 4',
      'search',
      "search --limit 4 --query '{} with (most_recent=true)'",
    ]) {
      const { exit, stdout, stderr } = await world.type(`ls-auth trace ${command}`)
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toMatch(
        /^error: .*\nhint: Ask for fewer traces: --limit 3\.\n {2}limit \d+ exceeds max limit 3\n$/,
      )
    }
    expect(await world.type('ls-auth trace search --limit 3')).toMatchObject({ exit: 0 })
  })

  it.each<TempoMode>(['normal', 'v1-only'])('%s: services', async (mode) => {
    await start()
    tempo.mode = mode
    expect((await world.type('ls-auth services')).stdout).toBe(`${SERVICES.join('\n')}\n`)
    expect(JSON.parse((await world.type('ls-auth services --json')).stdout)).toEqual({ services: SERVICES })
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

  it.each<JaegerMode>(['v3', 'v2', 'victoria'])('%s: a 64-bit id, with 16 or 32 digits', async (mode) => {
    const short: TraceData = { ...trace, traceId: `${'0'.repeat(16)}00f1a2b3c4d5e6f7` }
    const old = await startJaegerApi({ traces: [short] })
    old.mode = mode
    await profile('jaeger', old.url)
    for (const id of [short.traceId, short.traceId.slice(16)]) {
      expect(await world.type(`ls-auth trace get ${id} --json`)).toMatchObject({ exit: 0 })
    }
    await old.close()
  })

  it.each<JaegerMode>(['v3', 'v2', 'victoria'])('%s: a trace that is not there is exit 7', async (mode) => {
    jaeger.mode = mode
    expect(await world.type(`ls-auth trace get ${MISSING}`)).toMatchObject({ exit: 7, stdout: '' })
  })

  it('an id of decimal digits that is not there: as it was typed, with each way it was read', async () => {
    const { exit, stderr } = await world.type('ls-auth trace get 12345678901234567890')
    expect(exit).toBe(7)
    expect(stderr).toContain(
      'error: Jaeger has no trace ab54a98ceb1f0ad2 (12345678901234567890), nor 00000000000012345678901234567890\n',
    )
    expect(stderr).not.toContain('Sixteen')
    expect((await world.type('ls-auth trace get ab54a98ceb1f0ad2')).stderr).toContain(
      'Sixteen digits are often',
    )
  })

  it('a web page on both APIs is one, and nobody signs in: exit 6', async () => {
    jaeger.mode = 'html'
    for (const command of [`trace get ${trace.traceId}`, 'services', 'trace search --service web']) {
      expect(await world.type(`ls-auth ${command}`)).toMatchObject({ exit: 6, stdout: '' })
    }
  })

  it.each<JaegerMode>(['v3', 'v3-camel', 'v3-no-summaries', 'v2', 'victoria'])(
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

  it.each<JaegerMode>(['v3', 'v3-camel', 'v3-no-summaries', 'v2', 'victoria'])(
    '%s: what begins in the time that is asked for is found, and nothing else',
    async (mode) => {
      jaeger.mode = mode
      const found = async (time: string) => {
        const { stdout } = await world.type(`ls-auth trace search --service frontend ${time} --json`)
        return (JSON.parse(stdout) as { traces: { traceId: string }[] }).traces.map(({ traceId }) => traceId)
      }
      const between = (from: string, to: string) => found(`--from 2026-09-${from}Z --to 2026-09-${to}Z`)
      // They begin at 21T21:59:53 and at 22T06:32:40, and take half a second.
      const [late, early] = traces.map(({ traceId }) => traceId)
      expect(await found('--since 1d')).toEqual([late, early])
      expect(await found('--since 12h')).toEqual([late])
      expect(await found('')).toEqual([])
      expect(await between('21T21:59:50', '21T22:00:00')).toEqual([early])
      expect(await between('21T22:00:00', '22T06:30:00')).toEqual([])
      // A trace is found by any of its spans: one of the frontend's begins after 358 ms, and none in the 100 ms before.
      expect(await between('21T21:59:53.300', '21T22:00:00')).toEqual([early])
      expect(await between('21T21:59:53.200', '21T21:59:53.300')).toEqual([])
    },
  )

  it.each<JaegerMode>(['v3', 'v3-no-summaries', 'v2', 'victoria'])(
    '%s: attributes are heeded, with or without a scope in front',
    async (mode) => {
      jaeger.mode = mode
      const search = (attr: string) =>
        world.type(`ls-auth trace search --service cart --since 1d --attr ${attr}`)
      // VictoriaTraces knows that of the resource.
      for (const scope of ['', 'span.', '.', ...(mode === 'victoria' ? [] : ['resource.'])]) {
        const none = await search(`${scope}nosuch=value`)
        expect(none).toMatchObject({ exit: 0, stdout: 'No traces found.\n' })
        expect(none.stderr.includes('knows no scopes')).toBe(scope.length > 1)
        expect((await search(`${scope}db.system=redis`)).stdout).toMatch(/^2 traces/)
      }
    },
  )

  it('VictoriaTraces: attributes of resources, and a duration that is the limit itself', async () => {
    const [first = trace] = traces
    const spans = first.spans.map((span) => ({ ...span, resource: { 'k8s.pod.name': 'cart-0' } }))
    const victoria = await startJaegerApi({ traces: [{ ...first, spans }] })
    victoria.mode = 'victoria'
    await profile('jaeger', victoria.url)
    const search = (flags: string) => world.type(`ls-auth trace search --service cart --since 1d ${flags}`)
    expect((await search('--attr resource.k8s.pod.name=cart-0')).stdout).toMatch(/^1 trace/)
    const bare = await search('--attr k8s.pod.name=cart-0')
    expect(bare.stderr).toContain(
      'note: VictoriaTraces looked for k8s.pod.name in spans; in their resources: --attr resource.k8s.pod.name=cart-0\n',
    )
    const took = spans
      .filter(({ service }) => service === 'cart')
      .map(({ startMicros, endMicros }) => endMicros - startMicros)
      .sort((a, b) => a - b)
    expect((await search(`--max ${took[0]}us`)).stdout).toMatch(/^1 trace/)
    expect((await search(`--min ${took.at(-1)}us`)).stdout).toMatch(/^1 trace/)
    expect((await search(`--max ${(took[0] ?? 0) - 1}us`)).stdout).toBe('No traces found.\n')
    await victoria.close()
  })

  it('an attribute can only be searched by its value', async () => {
    const outcome = await world.type("ls-auth trace search --service cart --attr 'http.status_code>=500'")
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/equal attributes only.*\nhint: Leave out --attr 'http.status_code>=500'/)
    const field = await world.type('ls-auth trace search --service cart --attr event:name=exception')
    expect(field).toMatchObject({ exit: 2, stdout: '' })
    expect(field.stderr).toMatch(
      /does not search by event:name, which is no attribute\nhint: Leave it out; trace get/,
    )
  })

  it('two values for one attribute are refused where Jaeger takes one; the same twice is once', async () => {
    for (const mode of ['v3', 'v2'] as const) {
      jaeger.mode = mode
      for (const flags of [
        '--attr db.system=redis --attr db.system=mysql',
        '--attr span.db.system=redis --attr resource.db.system=mysql',
        '--error --attr error=false',
      ]) {
        const outcome = await world.type(`ls-auth trace search --service cart ${flags}`)
        expect(outcome).toMatchObject({ exit: 2, stdout: '' })
        expect(outcome.stderr).toMatch(
          /^error: Jaeger takes one value for each attribute, and (db\.system|error) is asked for with two\nhint: .+\n$/,
        )
      }
      const twice = '--since 1d --attr db.system=redis --attr span.db.system=redis'
      expect((await world.type(`ls-auth trace search --service cart ${twice}`)).stdout).toMatch(/^2 traces/)
    }
  })

  it('durations alone are those of whole traces: a long one may have short spans only', async () => {
    const [first, second] = trace.spans.slice(0, 2).map((span, i) => ({
      ...span,
      startMicros: 1_790_000_000_000_000 + i * 60_000_000,
      endMicros: 1_790_000_000_000_500 + i * 60_000_000,
    }))
    const paused: TraceData = { traceId: 'a'.repeat(32), spans: [first, second] as TraceData['spans'] }
    const waiting = await startJaegerApi({ traces: [...traces, paused] })
    await profile('jaeger', waiting.url)
    const found = async (flags: string) => {
      const { stdout } = await world.type(`ls-auth trace search --since 7d ${flags} --json`)
      return (JSON.parse(stdout) as { traces: { traceId: string }[] }).traces.map(({ traceId }) => traceId)
    }
    expect(await found('--min 1m')).toEqual([paused.traceId])
    expect(await found('--max 1ms')).toEqual([])
    expect((await found('--max 30s')).sort()).toEqual(traces.map(({ traceId }) => traceId).sort())
    await waiting.close()
  })

  it('nothing that long among the many it gave: what was compared is told, and no limit that was reached', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      traceId: i.toString(16).padStart(32, '1'),
      spans: trace.spans.slice(0, 1),
    }))
    const busy = await startJaegerApi({ traces: many })
    await profile('jaeger', busy.url)
    const found = await world.type('ls-auth trace search --since 7d --min 1m')
    expect(found).toMatchObject({ exit: 0, stdout: 'No traces found.\n' })
    expect(found.stderr).toMatch(/^note: Jaeger looks for durations of spans; .* 1000 traces it gave\. .*\n$/)
    expect((await world.type('ls-auth trace search --since 7d --min 1m --json')).stderr).toBe(found.stderr)
    await busy.close()
  })

  it('a search that Jaeger refuses says why, and the query that was asked is the one in --json', async () => {
    const v3 = await world.type('ls-auth trace search --service cart --json')
    expect(JSON.parse(v3.stdout).query).toMatch(/^query\.service_name=cart&/)
    jaeger.mode = 'victoria'
    const v2 = await world.type('ls-auth trace search --service cart --json')
    expect(JSON.parse(v2.stdout).query).toMatch(/^service=cart&/)
    const refused = await world.type('ls-auth trace search --service cart --limit 1001')
    expect(refused).toMatchObject({ exit: 2, stdout: '' })
    expect(refused.stderr).toMatch(/hint: Ask for fewer traces: --limit 1000\.\n.*not higher than 1000/)
    const says = async (msg: string) => {
      const body = JSON.stringify({ data: null, errors: [{ code: 400, msg }] })
      jaeger.inFront = { status: 400, headers: { 'content-type': 'application/json' }, body }
      return (await world.type('ls-auth trace search --service cart')).stderr
    }
    expect(await says("malformed 'tags' parameter")).toMatch(/hint: Check the flags of the search\.\n/)
    expect(await says("parameter 'service' is required")).toMatch(
      /hint: Most storages of Jaeger want --service/,
    )
  })

  it('a limit that the storage does not heed holds all the same; the rest may be of any age', async () => {
    const one = await world.type('ls-auth trace search --service frontend --limit 1 --since 2d --json')
    const { traces: found, truncated } = JSON.parse(one.stdout)
    expect([found.length, truncated]).toEqual([1, true])
    expect(one.stderr).toBe(
      'note: stopped at 1 trace, there may be more: --limit 5, or a shorter time with --from and --to\n',
    )
  })

  it('a service it does not know: the command that lists them asks the same Jaeger', async () => {
    const { stderr } = await world.type(`ls-auth trace search --service nope --api ${jaeger.url}`)
    const line = /(ls-auth services.*?) lists them/.exec(stderr)?.[1] ?? ''
    expect(line).toBe(`ls-auth services --api ${jaeger.url}`)
    expect((await world.type(line)).stdout).toContain('frontend')
  })

  it('says what it cannot do: a query language, a search over all services of an old version', async () => {
    expect(await world.type('ls-auth trace search --query x')).toMatchObject({ exit: 2 })
    jaeger.mode = 'v2'
    const outcome = await world.type('ls-auth trace search')
    expect(outcome).toMatchObject({ exit: 2 })
    expect(outcome.stderr).toContain('--service NAME')
    const elsewhere = await world.type(`ls-auth trace search --api ${jaeger.url}`)
    expect(elsewhere.stderr).toContain(`ls-auth services --api ${jaeger.url} lists them.`)
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

  it('one span and what is below it', async () => {
    const file = await saved()
    const child = trace.spans.find((span) =>
      trace.spans.some((other) => other.parentId === span.spanId && span.parentId),
    )
    const outcome = await world.type(`ls-auth trace get ${file} --span ${child?.spanId}`)
    expect(outcome.stdout).toMatch(/^ {2}span +[0-9a-f]{16}$/m)
    expect(outcome.stdout).toMatch(/^this span and below: \d+ of \d+ spans$/m)
    expect(outcome.stdout).not.toContain('not in the trace')
    expect(await world.type(`ls-auth trace get ${file} --span 1234123412341234`)).toMatchObject({ exit: 7 })
  })

  it('Markdown is a fenced waterfall of 100 columns, the same everywhere', async () => {
    const { stdout } = await world.type(`ls-auth trace get ${await saved()} -o md`)
    expect(stdout).toMatch(
      /^## Trace [0-9a-f]{32}\n\n48 spans, \d+ services, 3 errors\n\n```text\n[\s\S]*\n```\n$/,
    )
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
    expect(drawn.stdout).toContain(`only a part of the trace is here: ${why}`)
    const json = await world.type(`ls-auth trace get ${file} --json`)
    expect(JSON.parse(json.stdout)).toMatchObject({ spanCount: trace.spans.length - 1, partial: why })
    // Formats that have no place for it.
    for (const format of ['csv', 'ndjson', 'otlp', 'jaeger']) {
      const { stderr } = await world.type(`ls-auth trace get ${file} -o ${format} --show-sensitive`)
      expect({ format, stderr }).toEqual({
        format,
        stderr: `note: only a part of the trace is here: ${why}\n`,
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

  it('what is no trace, or not there, is said without blaming a server', async () => {
    const file = join(world.home, 'notes.txt')
    await writeFile(file, 'hello')
    const outcome = await world.type(`ls-auth trace get ${file}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('Readable are OTLP')
    expect(await world.type(`ls-auth trace get ${join(world.home, 'no.json')}`)).toMatchObject({ exit: 7 })
    expect(await world.type('ls-auth trace get 1234abcd --trace 77')).toMatchObject({ exit: 2 })
  })
})

describe('Lightstep', () => {
  it('lists services; says honestly that it cannot search', async () => {
    const stage = await openStage()
    await stage.world.type(stage.login())
    const services = [...new Set(stage.trace.spans.map(({ service }) => service))].sort()
    expect((await stage.world.type('ls-auth services')).stdout).toBe(`${services.join('\n')}\n`)
    const search = await stage.world.type('ls-auth trace search --error')
    expect(search).toMatchObject({ exit: 2, stdout: '' })
    expect(search.stderr).toMatch(
      /public API cannot search[\s\S]*trace search --error --snapshot\n {2}.*60 requests an hour/,
    )
    await stage.close()
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
