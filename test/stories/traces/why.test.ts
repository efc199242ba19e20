import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exactDuration } from '../../../src/trace/nanos.ts'
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

/** An OTLP document in which each span has these attributes as well. */
const withAttributes = (document: string, own: readonly object[]): string =>
  document.replaceAll(
    '"attributes":[{"key":"pod"',
    `"attributes":[${JSON.stringify(own).slice(1, -1)},{"key":"pod"`,
  )

describe('why do calls fail?', () => {
  it('the pod is named first, with shares, and a line to go on with that works when it is pasted', async () => {
    const outcome = await world.type(`ls-auth trace why --file ${file} --service checkout --error`)
    expect(outcome.exit).toBe(0)
    expect(outcome.stdout).toBe(`13 of 60 spans in 60 traces failed.
More frequent among them than in the rest, by more than chance:

ATTRIBUTE  VALUE  FAILED  REST  DIFF  SPANS
pod        pod 3     92%    0%   +92     12  ██████████████████
`)
    const line = /^go on: {2}(ls-auth .*)$/m.exec(outcome.stderr)?.[1] as string
    expect(line).toBe(`ls-auth trace search --file ${file} --service checkout --error --attr 'pod=pod 3'`)
    expect(outcome.stderr).toContain('note: values that look like secrets or personal data are masked')
    const found = await world.type(`${line} --json`)
    expect(JSON.parse(found.stdout).traces).toHaveLength(12)
  })

  it('a key that spans and resources have is named with its scope, and so is the line to go on with', async () => {
    const both = join(world.home, 'both.json')
    const document = (await readFile(file, 'utf8')).replaceAll(
      '{"key":"service.name"',
      '{"key":"pod","value":{"stringValue":"pod 3"}},{"key":"service.name"',
    )
    await writeFile(both, document)
    const line = `ls-auth trace why --file ${both} --service checkout --error`
    const table = await world.type(line)
    expect(table.stdout).toMatch(/^span\.pod +pod 3 +92%/m)
    const agent = await world.type(`${line} -o agent`)
    expect(agent.stdout).toMatch(/^span\.pod +pod 3 +92%/m)
    const { rows } = await why(`--file ${both} --service checkout --error`)
    expect(rows[0]?.next).toContain(" --attr 'span.pod=pod 3'")
    const found = await world.type(`${rows[0]?.next} --json`)
    expect(JSON.parse(found.stdout).traces).toHaveLength(12)
  })

  it('slower than a duration, than a percentile; equal is not slower', async () => {
    const slow = await why(`--file ${file} --service checkout --slower-than 500ms`)
    expect(slow).toMatchObject({
      selected: 'slower-than',
      slower_than_ns: 5e8,
      selection_count: 13,
      verdict: 'causes',
    })
    expect(slow.rows[0]).toMatchObject({ attribute: 'span.pod', value: PLANTED_POD, significant: true })
    expect(slow.rows[0]?.next).toContain('--min 500ms')
    const slowest = await why(`--file ${file} --service checkout --slower-than p80`)
    expect(slowest).toMatchObject({ slower_than_ns: 900_000_000, selection_count: 12 })
    expect(slowest.rows[0]?.next).toMatch(/ --min 900ms( |$)/)
  })

  it('a percentile that nothing is over is lowered, and that is said', async () => {
    const line = `ls-auth trace why --file ${file} --service checkout --slower-than`
    const { stdout, stderr } = await world.type(`${line} p99.9`)
    const [, from, to] =
      /^note: no span took longer than the p99\.9, (\S+): the limit is lowered to (\S+)$/m.exec(
        stderr,
      ) as string[]
    const told = await why(`--file ${file} --service checkout --slower-than p99.9`)
    expect([from, to]).toEqual(
      [told.lowered_from_ns, told.slower_than_ns].map((nanos) => exactDuration(nanos ?? 0)),
    )
    expect(told.lowered_from_ns).toBeGreaterThan(told.slower_than_ns as number)
    expect(stdout).toMatch(/^\d+ of 60 spans in 60 traces took more than /)
    for (const limit of ['p50', '500ms']) {
      expect((await world.type(`${line} ${limit}`)).stderr).not.toContain('lowered')
      expect(await why(`--file ${file} --service checkout --slower-than ${limit}`)).toMatchObject({
        lowered_from_ns: null,
      })
    }
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

  it('spans that the metrics of Tempo do not count are found, read and compared here, and that is said', async () => {
    tempo.mode = 'server-spans'
    try {
      for (const by of ['--error', '--slower-than 500ms', '--slower-than p80']) {
        const flags = `--service payment ${by}`
        const outcome = await world.type(`ls-auth trace why --profile tempo ${flags} --limit 100 --json`)
        expect({ by, ...outcome }).toMatchObject({ exit: 0 })
        expect(outcome.stderr).toContain(
          'note: Tempo counts none of the spans that its search finds; traces are read and compared here instead\n',
        )
        const computed = await why(`--file ${file} ${flags}`)
        const told = JSON.parse(outcome.stdout)
        expect(told).toMatchObject({ spans: computed.spans, selection_count: computed.selection_count })
      }
      const none = await world.type('ls-auth trace why --profile tempo --service nobody --error')
      expect(none).toMatchObject({ exit: 7, stdout: '' })
      expect(none.stderr).not.toContain('compared here')
    } finally {
      tempo.mode = 'normal'
    }
  })

  it('a comment at the end of a query does not take the comparison with it', async () => {
    const { stdout } = await world.type(
      `ls-auth trace why --profile tempo --error --query '{ resource.service.name = "checkout" } // of "prod"'`,
    )
    const request = tempo.requests.at(-1)
    expect(request?.url.searchParams.get('q')).toBe(
      '{ resource.service.name = "checkout" } // of "prod"\n| compare({ status = error }, 100)',
    )
    expect(stdout).toMatch(/^pod +pod 3 /m)
  })

  it.each(['--error', '--slower-than 500ms'])(
    'a limit of whole traces is none of the spans that the line is for: %s',
    async (by) => {
      const limited = await world.type(`ls-auth trace why --file ${file} ${by} --max 2s`)
      expect(limited.stderr).toContain('go on:  ls-auth trace search')
      expect(limited.stderr).not.toContain('--max')
      const ofSpans = await world.type(`ls-auth trace why --file ${file} ${by} --max 2s --service checkout`)
      expect(ofSpans.stderr).toContain('--max 2s')
    },
  )

  it('a percentile at Tempo is asked for first; a part of the answer is said to be one', async () => {
    const before = tempo.requests.length
    tempo.mode = 'partial'
    const line = 'ls-auth trace why --profile tempo --name charge --slower-than p75'
    const outcome = await world.type(line)
    expect(outcome.exit).toBe(0)
    expect(outcome.stderr).toMatch(
      /note: Tempo gave only a part of the result: Response exceeds .* Ask \[masked\]\.\n/,
    )
    const asked = tempo.requests.slice(before).map(({ url }) => url.searchParams.get('q') ?? '')
    expect(asked[0]).toBe('{ name = "charge" } | histogram_over_time(duration)')
    expect(asked[1]).toMatch(/^\{ name = "charge" \} \| compare\(\{ duration > \d+ns \}, 100\)$/)
    expect(asked).toHaveLength(2)
    expect(outcome.stderr).toContain(
      'note: the limit is estimated: Tempo counts durations by powers of two\n',
    )
    const other = await world.type(`ls-auth trace why --profile tempo --name charge --slower-than 1ms`)
    expect(other.stderr).not.toContain('the limit is')
    const plain = await world.type(`${line} --show-sensitive`)
    tempo.mode = 'normal'
    expect(plain.stderr).toContain('Ask joe@example.com.')
  })

  it('slow spans that are alike are found, though the estimate of Tempo is above all of them', async () => {
    const before = tempo.requests.length
    const slow = await why('--profile tempo --name charge --slower-than p99.9')
    expect(slow.selection_count).toBeGreaterThan(3)
    expect(slow.selection_count).toBeLessThan(slow.spans / 2)
    expect(slow.slower_than_ns).toBe(536_870_912)
    expect(slow.lowered_from_ns).toBeGreaterThan(536_870_912)
    expect(tempo.requests).toHaveLength(before + 3)
  })

  it('a percentile at Tempo that no span is over: it is an estimate, so nothing is said about the spans', async () => {
    // All of these lie in one bucket.
    const { exit, stderr } = await world.type(
      'ls-auth trace why --profile tempo --name charge --min 800ms --slower-than p99.9',
    )
    expect(exit).toBe(7)
    expect(stderr).toMatch(
      /^error: none of the \d+ spans that fit took longer than the percentile that the back end gave\nhint: /m,
    )
  })

  it('at Tempo of the time that is asked for alone', async () => {
    const time = '--from 2026-09-22T17:50:30Z --to 2026-09-22T17:50:45Z'
    const { selection_count, spans } = await why(`--profile tempo --service checkout --error ${time}`)
    expect([selection_count, spans]).toEqual([3, 15])
  })

  it('a query that has a function already: what to give instead', async () => {
    const { exit, stderr } = await world.type(
      "ls-auth trace why --profile tempo --query '{ } | rate()' --error",
    )
    expect(exit).toBe(2)
    expect(stderr).toContain('--query takes a filter of spans without a function')
  })

  it('a Tempo without metrics: from the traces, and so it is said', async () => {
    tempo.mode = 'no-metrics'
    const outcome = await world.type(
      'ls-auth trace why --profile tempo --service checkout --error --limit 30',
    )
    tempo.mode = 'normal'
    expect(outcome.stdout).toContain('of 30 spans in 30 traces failed.')
    expect(outcome.stderr).toContain('traces are read and compared here instead')
    expect(outcome.stderr).toContain('of the first 30 traces that were found; more of them: --limit 150')
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

  it.each(['tempo', 'jaeger'])(
    'a kind of span at %s: the line to go on with finds its traces',
    async (backend) => {
      const calls = traces.map((trace) => ({
        ...trace,
        spans: trace.spans.map((span) => ({
          ...span,
          error: span.error && span.kind === 'client',
          tags: { ...span.tags, 'span.kind': span.kind },
        })),
      }))
      const api = await (backend === 'tempo'
        ? startTempoApi({ traces: calls, filters: true })
        : startJaegerApi({ traces: calls }))
      try {
        const at = `--profile ${backend} --api ${api.url}`
        const { rows } = await why(`${at} --error`)
        const row = rows.find(({ attribute }) => attribute === 'span.span.kind')
        expect(row).toMatchObject({ value: 'client', significant: true })
        const found = await world.type(`${row?.next} --json`)
        expect(JSON.parse(found.stdout).traces).toHaveLength(13)
        // As the table writes it.
        const typed = await world.type(`ls-auth trace search ${at} --error --attr span.kind=client --json`)
        expect(JSON.parse(typed.stdout).traces).toHaveLength(13)
        const server = await world.type(`ls-auth trace search ${at} --error --attr span.kind=server --json`)
        expect(JSON.parse(server.stdout).traces).toHaveLength(0)
      } finally {
        await api.close()
      }
    },
  )

  it('--min alone is of whole traces: the line to go on with finds shorter spans in them, too', async () => {
    const ofKinds = traces.map((trace) => ({
      ...trace,
      spans: trace.spans.map((span) => ({
        ...span,
        // The failed calls are shorter than what is asked of the whole trace.
        ...(span.kind === 'client' && { endMicros: span.endMicros - 100_000 * Number(span.error) }),
        error: span.error && span.kind === 'client',
        tags: { kind: span.kind },
      })),
    }))
    const kinds = join(world.home, 'kinds.json')
    await writeFile(kinds, JSON.stringify(toOtlpDocument(ofKinds, 'hex')))
    const { rows } = await why(`--file ${kinds} --min 890ms --max 2s --error`)
    const row = rows.find(({ attribute }) => attribute === 'span.kind')
    expect(row).toMatchObject({ value: 'client', significant: true })
    const found = await world.type(`${row?.next} --json`)
    expect(JSON.parse(found.stdout).traces).toHaveLength(13)
  })

  it('a span that must take so long must do so in the line to go on with', async () => {
    const { rows } = await why(`--file ${file} --service checkout --min 1ms --max 2s --error`)
    expect(rows[0]?.next).toBe(
      `ls-auth trace search --file ${file} --service checkout --min 1ms --max 2s --error --attr 'pod=pod 3'`,
    )
  })

  it.each([
    [['http.roles'], 'note: 1 attribute holds lists, which are not compared\n', 1],
    [['http.roles', 'k8s.ids'], 'note: 2 attributes hold lists, which are not compared\n', 2],
  ])('attributes that hold lists are not compared, and so it is said: %j', async (keys, note, count) => {
    const lists = join(world.home, 'lists.json')
    const own = keys.map((key) => ({ key, value: { arrayValue: { values: [{ stringValue: 'a' }] } } }))
    await writeFile(lists, withAttributes(JSON.stringify(toOtlpDocument(traces, 'hex')), own))
    for (const selected of ['--error', '--slower-than p80']) {
      const outcome = await world.type(`ls-auth trace why --file ${lists} ${selected}`)
      expect(outcome.exit, outcome.stderr).toBe(0)
      expect(outcome.stderr).toContain(note)
      expect(await why(`--file ${lists} ${selected}`)).toMatchObject({ list_attributes: count })
    }
  })

  it('without lists nothing is said of them; of those that Tempo compares nobody knows', async () => {
    const { stderr } = await world.type(`ls-auth trace why --file ${file} --error`)
    expect(stderr).not.toContain('lists')
    expect(await why(`--file ${file} --error`)).toMatchObject({ list_attributes: 0 })
    expect(await why('--profile tempo --service checkout --error')).toMatchObject({ list_attributes: null })
  })

  it('too few to tell', async () => {
    const outcome = await world.type(`ls-auth trace why --file ${file} --service checkout --error --limit 9`)
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stdout).toContain('Too few to tell: what they have in common may be chance.')
    expect(outcome.stderr).not.toContain('go on:')
  })

  it('two failures of a small trace, each with values of its own: too few to tell, as data too', async () => {
    const small = join(world.home, 'small.json')
    const rows = ['a', 'b', 'c', 'pay', 'charge'].map((name, i) => ({
      ...{ id: `${i + 1}`.padStart(16, '0'), traceId: 'a'.repeat(32), name },
      ...{ timestamp: 1790000000000000, duration: 5000, tags: i < 3 ? {} : { error: 'refused' } },
    }))
    await writeFile(small, JSON.stringify(rows))
    const { stdout } = await world.type(`ls-auth trace why --file ${small} --error`)
    expect(stdout).toBe(
      '2 of 5 spans in 1 trace failed.\nToo few to tell: what differs occurs only once among them.\n',
    )
    const asJson = await world.type(`ls-auth trace why --file ${small} --error --json`)
    expect(JSON.parse(asJson.stdout)).toMatchObject({ verdict: 'too-few', rows: [] })
  })

  it.each([
    ['--file FILE', 2, 'which spans are to be explained?'],
    ['--file FILE --error --slower-than 1s', 2, '--error and --slower-than cannot be used together'],
    ['--file FILE --slower-than soon', 2, 'is neither a duration nor a percentile'],
    ['--file FILE --error --query {}', 2, 'a query of its own'],
    ['--profile jaeger --error --service checkout --query {}', 2, ''],
    ['--file FILE --error --service nobody', 7, 'has no trace that fits'],
    ['--file FILE --slower-than 1h', 7, 'none of the 120 spans that fit took so long'],
    ['--file FILE --slower-than 1h --limit 7', 7, 'or look at more traces: --limit 35.'],
    [
      '--file FILE --slower-than 1h --limit 60',
      7,
      'hint: Take a lower --slower-than, or leave out a filter.',
    ],
    ['--file FILE --min 1h --error', 7, 'hint: Leave out a filter.'],
    ['--file FILE --service checkout --max 1s --attr order.id=1 --error', 7, 'hint: Leave out a filter, or'],
    ['--file FILE --slower-than 1h --since 1d', 7, 'hint: Leave out the time (a file is read whole then)'],
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
    ['--file FILE --error --service chekout', 7, 'hint: file orders.json knows no service "chekout"; did'],
    ['--profile tempo --slower-than p99 --service nobody', 7, 'no percentile'],
  ])('%s: exit %d', async (flags, exit, message) => {
    const outcome = await world.type(`ls-auth trace why ${flags.replace('FILE', file)}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toContain(message)
    expect(outcome.stderr).toMatch(/^error: .*\n(hint: .*\n)/m)
  })

  it.each([
    [3, '--error', 'none of the 3 spans that fit failed'],
    [1, '--error', 'the only span that fits did not fail'],
    [1, '--slower-than 1h', 'the only span that fits did not take so long'],
    [1, '--slower-than p95', 'only one span fits'],
    [3, '--slower-than p95', 'the 3 spans that fit took equally long'],
  ])('of %i spans alike, %s: %s', async (count, flags, told) => {
    const alike = join(world.home, 'alike.json')
    const name = 'alike'
    const rows = Array.from({ length: count }, (_, i) => {
      const id = `${i + 1}`.padStart(16, '0')
      return { id, traceId: `a${id}`.padStart(32, '0'), name, timestamp: 1790000000000000, duration: 5000 }
    })
    await writeFile(alike, JSON.stringify(rows))
    const { exit, stderr } = await world.type(`ls-auth trace why --file ${alike} ${flags}`)
    expect(exit).toBe(7)
    expect(stderr).toMatch(new RegExp(`^error: ${told}\nhint: `))
  })

  it.each(['why --error', 'breakdown'])(
    '%s: services that cannot be listed hide no answer',
    async (command) => {
      tempo.inFront = (_, path) => (path.includes('tag') ? { status: 403, body: 'no' } : undefined)
      const outcome = await world.type(`ls-auth trace ${command} --profile tempo --service nobody`)
      tempo.inFront = undefined
      expect(outcome.exit).toBe(7)
      expect(outcome.stderr).toMatch(/^error: .*fits?\nhint: Look further back with --since/m)
    },
  )

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

  it.each([500, 403])(
    'where the failed ones are those that cannot be read (%d): no answer that none failed',
    async (status) => {
      const failed = traces.filter(({ spans }) => spans.some(({ error }) => error))
      tempo.mode = 'no-metrics'
      tempo.inFront = (_, path) =>
        failed.some(({ traceId }) => path.endsWith(traceId)) ? { status, body: 'oops' } : undefined
      const outcome = await world.type('ls-auth trace why --profile tempo --service checkout --error')
      tempo.mode = 'normal'
      tempo.inFront = undefined
      const unread = `${failed.length} of 60 traces could not be read`
      expect(outcome.stderr).toContain(
        `error: none of the ${60 - failed.length} spans that fit failed, but ${unread}\nhint: `,
      )
      expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    },
  )
})

describe("a query with compare() of one's own", () => {
  const COMPARE = '{ resource.service.name = "checkout" } | compare({ status = error })'
  const query = (text: string, flags = '') =>
    world.type(`ls-auth query --profile tempo '${text}' --since 1h ${flags}`)

  it('is ranked as trace why does', async () => {
    const outcome = await query(COMPARE)
    expect(outcome.exit, outcome.stderr).toBe(0)
    expect(outcome.stdout).toBe(`13 of 60 spans were selected.
More frequent among them than in the rest, counting spans, not traces:

ATTRIBUTE  VALUE  SELECTED  REST  DIFF  SPANS
pod        pod 3       92%    0%   +92     12  ██████████████████
`)
    expect((await query(COMPARE, '-o table')).stdout).toBe(outcome.stdout)
  })

  it('what the selection names is no finding', async () => {
    const selection = '{ span.pod = "pod 3" }'
    const { stdout } = await query(COMPARE.replace('{ status = error }', selection))
    expect(stdout).toMatch(/^12 of 60 spans were selected\.\n/)
    expect(stdout).not.toContain('pod')
  })

  it('stays series as data, and as a chart that is asked for', async () => {
    const { series } = JSON.parse((await query(COMPARE, '--json')).stdout)
    expect(series[0].labels).toHaveProperty('__meta_type')
    expect((await query(COMPARE, '-o chart')).stdout).toContain('__meta_type=')
  })
})
