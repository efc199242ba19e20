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
    ['--file FILE --service nobody', 7, 'has no matching trace'],
    ['--file FILE --service chekout', 7, 'has no service "chekout"; did you mean checkout?'],
    ['--profile jaeger --service chekout', 7, 'has no service "chekout"; did you mean checkout?'],
    ['--profile jaeger --service nobody', 7, 'has no service "nobody": ls-auth services'],
    ['--file FILE --min 1h', 7, 'hint: Drop a filter.'],
    ['--file FILE --since 1m', 7, 'hint: Drop the time limits (to read the whole file), or a filter.'],
    ['--profile jaeger --service nobody', 7, 'hint: Look further back with --since, or drop a filter.'],
    ['--file FILE --limit 0', 2, '--limit'],
    ['--file FILE --by pod', 2, 'pod'],
    ['--profile jaeger --query {}', 2, 'no query language'],
  ])('%s: exit %d', async (flags, exit, message) => {
    const outcome = await world.type(`ls-auth trace breakdown ${flags.replace('FILE', file)}`)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toContain(message)
  })
})
