import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
const traces = plantedTraces(12, (NOW - 600_000) * 1000)

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

describe('where does the time go?', () => {
  it('in a file whose last line is cut off: the whole traces before it are whole, and one note says it', async () => {
    const cut = join(world.home, 'cut.ndjson')
    const lines = traces.map((trace) => JSON.stringify(toOtlpDocument([trace], 'hex')))
    await writeFile(cut, `${lines.join('\n')}\n${lines[0]?.slice(0, -20)}`)
    const note = 'note: file cut.ndjson: line 13, the last, is cut off\n'
    const all = await world.type(`ls-auth trace breakdown --file ${cut} --json`)
    expect(JSON.parse(all.stdout)).toMatchObject({ traces: 12, partial_traces: 0 })
    expect(all.stderr).toBe(note)
    const one = await world.type(
      `ls-auth trace get ${cut} --trace ${traces[6]?.traceId} --show-sensitive --json`,
    )
    expect(JSON.parse(one.stdout)).toMatchObject({ traceId: traces[6]?.traceId, partial: null })
    expect(one.stderr).toBe(note)
  })

  it('in a file that ends with the error of what wrote it: the line is named, and no part is taken for the whole', async () => {
    const file = join(world.home, 'ended.ndjson')
    const lines = traces.map((trace) => JSON.stringify(toOtlpDocument([trace], 'hex')))
    await writeFile(file, `${lines.join('\n')}\nError: connection reset\n`)
    const { exit, stdout, stderr } = await world.type(`ls-auth trace breakdown --file ${file}`)
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain('ended.ndjson: line 13 is not JSON\nhint: Look at that place')
  })

  it('by operation: what is on the critical path comes first', async () => {
    const outcome = await world.type(`ls-auth trace breakdown --file ${file}`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout).toBe(`12 traces · 24 spans · 6 errors · 3.07s in all

SERVICE: OPERATION     CALLS  TRACES  ERRORS     P50    P99    SELF  CRITICAL
payment: charge           12      12     ✗ 3  37.7ms  897ms   3.03s       99%
checkout: POST /order     12      12     ✗ 3  40.7ms  900ms  36.0ms        1%
`)
  })

  it('of a trace without a root: as long as trace get says, with no word of an end of the root', async () => {
    const orphan = (id: string, parentId: string, timestamp: number) => ({
      ...{ traceId: 'ab', id, parentId, name: id, timestamp, duration: 10_000 },
      localEndpoint: { serviceName: 'shop' },
    })
    const rootless = join(world.home, 'rootless.json')
    const spans = [orphan('c1', 'd1', 1_000_000), orphan('c2', 'd2', 1_010_000)]
    await writeFile(rootless, JSON.stringify(spans))
    expect((await world.type(`ls-auth trace get ${rootless}`)).stdout).toContain('20.0ms · 2 spans')
    const { stdout } = await world.type(`ls-auth trace breakdown --file ${rootless}`)
    expect(stdout.split('\n\n')[0]?.replaceAll('\n', ' ')).toBe(
      '1 trace · 2 spans · 0 errors · 10.0ms in all ' +
        '10.0ms more outside of the longest part of the trace whose root is missing, on no critical path',
    )
  })

  it('of a trace with several roots: get, search, breakdown and diff say one duration', async () => {
    const step = (id: string, timestamp: number) => ({
      ...{ traceId: 'ab', id, name: `step ${id}`, timestamp, duration: 100_000 },
      localEndpoint: { serviceName: 'shop' },
    })
    const [steps, one] = [join(world.home, 'steps.json'), join(world.home, 'one.json')]
    await writeFile(
      steps,
      JSON.stringify([step('c1', 1_000_000), step('c2', 1_100_000), step('c3', 1_900_000)]),
    )
    await writeFile(one, JSON.stringify([step('c1', 1_000_000)]))
    expect((await world.type(`ls-auth trace get ${steps}`)).stdout).toContain(' 1.00s · 3 spans ')
    expect((await world.type(`ls-auth trace search --file ${steps}`)).stdout).toContain(' 1.00s ')
    const agent = await world.type(`ls-auth trace get ${steps} -o agent`)
    expect(agent.stdout).toContain(
      '\ncritical path, 1.00s in all, 700ms of it between roots\n    100ms  10% ',
    )
    const { stdout } = await world.type(`ls-auth trace breakdown --file ${steps}`)
    expect(stdout.split('\n\n')[0]).toBe(
      '1 trace · 3 spans · 0 errors · 1.00s in all\n700ms of it between roots, in 1 trace, on no critical path',
    )
    const compared = await world.type(`ls-auth trace diff ${one} ${steps} --fail-if-slower 20%`)
    expect(compared).toMatchObject({ exit: 5 })
    expect(compared.stdout).toContain('slower: 100ms → 1.00s, +900ms (+900%)\n')
  })

  it('who calls whom', async () => {
    const outcome = await world.type(`ls-auth trace breakdown --file ${file} --graph`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout).toBe(`CALLER    CALLED   CALLS  TRACES  ERRORS     P50    P99
checkout  payment     12      12     ✗ 3  37.7ms  897ms
`)
    const json = await world.type(`ls-auth trace breakdown --file ${file} --graph --by operation --json`)
    expect(JSON.parse(json.stdout).rows).toEqual([
      {
        caller_service: 'checkout',
        caller_operation: 'POST /order',
        service: 'payment',
        operation: 'charge',
        without_spans: false,
        calls: 12,
        traces: 12,
        unfinished: 0,
        p50_ns: 37_700_000,
        p99_ns: 897_008_000,
        errors: 3,
      },
    ])
  })

  it('a database that has no spans is called, and told apart', async () => {
    const span = (id: string, kind: string, more: object) => ({
      ...{ traceId: 'ab', id, kind, name: `op ${id}`, timestamp: 1_000_000, duration: 10_000 },
      ...{ localEndpoint: { serviceName: 'shop' }, ...more },
    })
    const queries = join(world.home, 'queries.json')
    const asked = { parentId: 'c1', remoteEndpoint: { serviceName: 'mysql-\u001b[31m' } }
    await writeFile(queries, JSON.stringify([span('c1', 'SERVER', {}), span('c2', 'CLIENT', asked)]))
    const { stdout } = await world.type(`ls-auth trace breakdown --file ${queries} --graph`)
    expect(stdout).toMatch(/^shop +mysql-\S* \(no spans\) +1 +1 +0 +10\.0ms +10\.0ms$/m)
    expect(stdout).not.toContain('\u001b[31m')
    const json = await world.type(`ls-auth trace breakdown --file ${queries} --graph --by operation --json`)
    expect(JSON.parse(json.stdout).rows).toMatchObject([
      { caller_operation: 'op c1', service: 'shop', operation: 'op c2', without_spans: false },
      { caller_service: 'shop', caller_operation: 'op c2', operation: null, without_spans: true, calls: 1 },
    ])
  })

  it('a service of whose spans some are missing is not said to have none', async () => {
    const span = (id: string, service: string, kind: string, more: object) => ({
      ...{ traceId: 'ab', id, kind, name: `op ${id}`, timestamp: 1_000_000, duration: 10_000 },
      ...{ localEndpoint: { serviceName: service }, ...more },
    })
    const some = join(world.home, 'some.json')
    const asked = { parentId: 'c1', remoteEndpoint: { serviceName: 'payments' } }
    const spans = [span('c2', 'shop', 'CLIENT', asked), span('c3', 'shop', 'CLIENT', asked)]
    const answer = span('c4', 'payments', 'SERVER', { parentId: 'c2' })
    await writeFile(some, JSON.stringify([span('c1', 'shop', 'SERVER', {}), ...spans, answer]))
    const { stdout } = await world.type(`ls-auth trace breakdown --file ${some} --graph`)
    expect(stdout).toMatch(/^shop +payments +1 .*\nshop +payments \(spans missing\) +1 /m)
    expect(stdout).not.toContain('no spans')
  })

  it('of one trace, since no more was asked for', async () => {
    const { stderr } = await world.type('ls-auth trace breakdown --profile tempo --limit 1')
    expect(stderr).toBe('note: of the first trace that was found; more of them: --limit 5\n')
  })

  it('of ten that were found nine are gone: for more of them, a limit over ten', async () => {
    const asked = new Set<string>()
    tempo.inFront = (_, path) => {
      if (!/traces\/[\da-f]+$/.test(path)) return undefined
      asked.add(path)
      return path === [...asked][0] ? undefined : { status: 404, body: '' }
    }
    const { stdout, stderr, exit } = await world.type(
      'ls-auth trace breakdown --profile tempo --limit 10 --json',
    )
    tempo.inFront = undefined
    expect(JSON.parse(stdout)).toMatchObject({ traces: 1, complete: false })
    expect(exit).toBe(0)
    expect(stderr).toContain('note: 9 of 10 traces that were found are not there any more')
    expect(stderr).toContain('; more of them: --limit 50\n')
  })

  it('the only one that was found is gone, or one of two', async () => {
    const gone = { status: 404, body: '' }
    let first: string | undefined
    tempo.inFront = (_, path) => {
      const [, id] = /traces\/([\da-f]+)$/.exec(path) ?? []
      first ??= id
      return id !== undefined && id === first ? gone : undefined
    }
    const told = async (limit: number) =>
      (await world.type(`ls-auth trace breakdown --profile tempo --limit ${limit}`)).stderr
    expect(await told(2)).toContain('note: 1 of 2 traces that were found is not there any more\n')
    tempo.inFront = (_, path) => (/traces\/[\da-f]+$/.test(path) ? gone : undefined)
    expect(await told(1)).toMatch(/^error: the trace that was found could not be read\nhint: See why: /)
    tempo.inFront = undefined
  })

  it('some traces are not for this user: the rest is shown, and only a part was done', async () => {
    const kept = traces.slice(4).map(({ traceId }) => traceId)
    tempo.inFront = (_, path) =>
      !/traces\/[\da-f]+$/.test(path) || kept.some((id) => path.endsWith(id))
        ? undefined
        : { status: 403, body: 'no' }
    const outcome = await world.type('ls-auth trace breakdown --profile tempo --json')
    tempo.inFront = undefined
    expect(JSON.parse(outcome.stdout)).toMatchObject({ traces: 8, complete: false })
    const error = JSON.parse(outcome.stderr.trim().split('\n').at(-1) as string)
    expect(error).toMatchObject({
      error: {
        code: 'api-failed',
        message: '4 of 12 traces could not be read',
        hint: 'Each is named above, with the reason.',
      },
    })
    expect(outcome.exit).toBe(6)
  })

  it('some traces are too large: the first is named with its reason, and to try again is no way', async () => {
    const large = traces.slice(0, 4).map(({ traceId }) => traceId)
    const reason = 'trace exceeds max size (max bytes: 50000): 01'
    tempo.inFront = (_, path) =>
      large.some((id) => path.endsWith(id)) ? { status: 422, body: reason } : undefined
    const run = async (command: string) => {
      const outcome = await world.type(`ls-auth ${command} --profile tempo --json`)
      return { ...outcome, error: JSON.parse(outcome.stderr.trim().split('\n').at(-1) as string).error }
    }
    const { stdout, exit, error } = await run('trace breakdown')
    expect(JSON.parse(stdout)).toMatchObject({ traces: 8, complete: false })
    const detail = [expect.stringMatching(/^[\da-f]{32}: the trace is larger than Tempo sends$/)]
    expect(error).toMatchObject({ code: 'api-failed', message: '4 of 12 traces could not be read', detail })
    expect(large).toContain(error.detail[0].slice(0, 32))
    expect(error.hint).toContain('max_bytes_per_trace')
    expect(error.hint).not.toMatch(/try again/i)
    expect(exit).toBe(6)
    tempo.inFront = (_, path) => {
      if (/traces\/[\da-f]+$/.test(path)) return { status: 422, body: reason }
      return path.endsWith('query_range') ? { status: 501, body: '' } : undefined
    }
    const why = await run('trace why --error')
    expect(why.error).toMatchObject({ message: '12 of 12 traces could not be read', detail })
    expect(why.error.hint).not.toMatch(/try again/i)
    tempo.inFront = undefined
  })

  it('of a file all traces are counted, however many; a limit is given with the largest there is', async () => {
    const many = join(world.home, 'many.ndjson')
    const line = (id: number) =>
      JSON.stringify({ traceId: id.toString(16), id: '1', name: 'get', timestamp: id, duration: 5 })
    await writeFile(many, Array.from({ length: 10_500 }, (_, i) => `${line(i + 1)}\n`).join(''))
    const whole = await world.type(`ls-auth trace breakdown --file ${many}`)
    expect(whole).toMatchObject({ exit: 0, stderr: '' })
    expect(whole.stdout).toContain('10,500 traces')
    const limited = await world.type(`ls-auth trace breakdown --file ${many} --limit 10500`)
    expect(limited).toMatchObject({ exit: 2, stdout: '' })
    expect(limited.stderr).toContain('hint: The largest is --limit 10000.\n')
  })

  it.each(['tempo', 'jaeger', 'lightstep', 'file'])('the same figures at %s', async (backend) => {
    const from = backend === 'file' ? `--file ${file}` : `--profile ${backend}`
    const flags = backend === 'lightstep' ? '--snapshot' : ''
    const outcome = await world.type(
      `ls-auth trace breakdown ${from} --service checkout --by service ${flags} --json`,
    )
    expect(outcome.exit).toBe(0)
    const { rows, ...summary } = JSON.parse(outcome.stdout)
    expect(summary).toEqual({
      traces: 12,
      spans: 24,
      errors: 6,
      redelivered_spans: 0,
      root_ns: 3_065_511_000,
      between_roots_ns: 0,
      between_roots_traces: 0,
      unfinished_traces: 0,
      tail_ns: 0,
      tail_traces: 0,
      after_known_ns: 0,
      after_known_traces: 0,
      rootless_ns: 0,
      rootless_traces: 0,
      skewed_traces: 0,
      moved_spans: 0,
      partial_traces: 0,
      complete: true,
      truncated: false,
    })
    expect(rows).toEqual([
      {
        ...{ service: 'payment', operation: null, calls: 12, traces: 12, unfinished: 0, errors: 3 },
        ...{ p50_ns: 37_700_000, p99_ns: 897_008_000, self_ns: 3_029_511_000, self_unknown: 0 },
        ...{ critical_path_ns: 3_029_511_000, critical_path_share: 3_029_511_000 / 3_065_511_000 },
      },
      {
        ...{ service: 'checkout', operation: null, calls: 12, traces: 12, unfinished: 0, errors: 3 },
        ...{ p50_ns: 40_700_000, p99_ns: 900_008_000, self_ns: 36_000_000, self_unknown: 0 },
        ...{ critical_path_ns: 36_000_000, critical_path_share: 36_000_000 / 3_065_511_000 },
      },
    ])
    expect(lightstep.snapshots.taken.length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['--file FILE --service nobody', 7, 'has no trace that fits'],
    ['--file FILE --service chekout', 7, 'knows no service "chekout"; did you mean checkout?'],
    ['--profile jaeger --service chekout', 7, 'knows no service "chekout"; did you mean checkout?'],
    ['--profile jaeger --service nobody', 7, 'knows no service "nobody": ls-auth services'],
    ['--file FILE --min 1h', 7, 'hint: Leave out a filter.'],
    ['--file FILE --since 1m', 7, 'hint: Leave out the time (a file is read whole then), or a filter.'],
    ['--profile jaeger --service nobody', 7, 'hint: Look further back with --since, or leave out a filter.'],
    ['--file FILE --limit 0', 2, '--limit'],
    ['--file FILE --by pod', 2, 'pod'],
    ['--profile jaeger --query {}', 2, 'no query language'],
  ])('%s: exit %d', async (flags, exit, message) => {
    const outcome = await world.type(`ls-auth trace breakdown ${flags.replace('FILE', file)}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toContain(message)
  })
})
