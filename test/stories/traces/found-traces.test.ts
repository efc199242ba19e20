import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { traceByIdResponse, tracesData } from '../../world/trace/protobuf.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, type SpanData, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
/** The commands that read all traces that a search finds. */
const BREAKDOWN = 'trace breakdown --service checkout'
const WHY = 'trace why --service checkout --error'
const DIFF = 'trace diff --a service=checkout --b service=checkout'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.fastForward = true
  world.clockOffset = NOW - Date.now()
})
afterEach(() => world.close())

describe('a snapshot whose traces are still being put together', () => {
  const traces = [21, 22, 23].map((seed) => makeTrace({ seed }))
  let api: TraceApi
  beforeEach(async () => {
    api = await startTraceApi({ apiKey: 'k', traces })
    world.variables.LS_AUTH_TOKEN = 'k'
    await world.writeConfig(
      `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
    )
  })
  afterEach(() => api.close())

  /** Traces of these, and of each span so often before, are not there when they are asked for. */
  function assembledAfter(times: number, some: readonly TraceData[] = traces) {
    const asked = new Map<string, number>()
    api.mode = (_, url) => {
      const isLate = some.some(({ spans }) =>
        spans.some(({ spanId }) => url.includes(spanId.replace(/^0+/, ''))),
      )
      if (!url.includes('stored-traces') || !isLate) return 'normal'
      const before = asked.get(url) ?? 0
      asked.set(url, before + 1)
      return before < times ? 'not-found' : 'normal'
    }
    return asked
  }
  const read = async (command: string) => {
    const { exit, stdout, stderr } = await world.type(
      `ls-auth ${command.replaceAll('checkout', 'payment')} --snapshot --json`,
    )
    return { exit, stderr, ...(stdout === '' ? {} : JSON.parse(stdout)) }
  }

  it.each([BREAKDOWN, WHY])('all of them are waited for: %s', async (command) => {
    assembledAfter(1)
    const result = await read(command)
    expect(result).toMatchObject({ exit: 0, traces: 3, complete: true })
    expect(result.stderr).not.toMatch(/not there|could not be read/)
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it('a person at a terminal learns what is waited for', async () => {
    assembledAfter(1)
    world.watched = true
    const { stderr } = await world.type('ls-auth trace breakdown --service payment --snapshot')
    expect(stderr.match(/traces are being assembled \(8s\) …\n/g)).toHaveLength(1)
  })

  it('a side of trace diff waits alike', async () => {
    assembledAfter(1)
    expect(await read(DIFF)).toMatchObject({ exit: 0, traces_a: 3, traces_b: 3 })
  })

  it.each([BREAKDOWN, WHY])('those of some are waited for: %s', async (command) => {
    assembledAfter(3, traces.slice(0, 2))
    expect(await read(command)).toMatchObject({ exit: 0, traces: 3, complete: true })
  })

  it.each([BREAKDOWN, WHY])(
    'what never comes is told, and the figures are not complete: %s',
    async (command) => {
      const asked = assembledAfter(99, traces.slice(0, 1))
      const result = await read(command)
      expect(result).toMatchObject({ exit: 0, traces: 2, complete: false })
      expect(result.stderr).toMatch(
        /note: the traces of \d+ of \d+ spans that were found are not assembled yet, or gone\n/,
      )
      // Five times in all, as the vendor's own test does.
      expect(new Set(asked.values())).toEqual(new Set([5]))
    },
  )

  it.each([
    // One to take it, one to look at it.
    [2, BREAKDOWN],
    [3, WHY],
    [6, DIFF],
  ])(
    'the traces are read though no more than %i requests are left for snapshots: %s',
    async (left, command) => {
      api.snapshots.left = left
      api.snapshots.looksUntilReady = 0
      const { exit, stderr } = await read(command)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.not.stringContaining('waiting') })
      expect(Math.max(...world.slept)).toBeLessThan(60_000)
    },
  )

  it.each([BREAKDOWN, WHY])('none ever comes: %s', async (command) => {
    assembledAfter(99)
    const result = await read(command)
    expect(result.exit).toBe(7)
    expect(result.stderr).toMatch(/none of the traces of the \d+ spans that were found could be read/)
  })
})

describe('a limit of the API', () => {
  let tempo: TempoApi
  beforeEach(async () => {
    tempo = await startTempoApi({ traces: plantedTraces(12, (NOW - 600_000) * 1000), filters: true })
    // Where it counts by itself, the traces are not read.
    tempo.mode = 'no-metrics'
    await world.writeConfig(`[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`)
  })
  afterEach(() => tempo.close())

  it.each([BREAKDOWN, WHY, DIFF])(
    'that the search meets is waited for, as one that a trace meets: %s',
    async (command) => {
      for (const part of ['/api/search', '/traces/']) {
        let met = 0
        tempo.inFront = (_, path) =>
          path.includes(part) && ++met === 1 ? { status: 429, headers: { 'retry-after': '7' } } : undefined
        world.slept.length = 0
        const outcome = await world.type(`ls-auth ${command} --json`)
        expect({ part, exit: outcome.exit, stderr: outcome.stderr }).toEqual({
          part,
          exit: 0,
          // What the search waits for is told at once; of the reads the line of progress tells.
          stderr:
            part === '/api/search'
              ? expect.stringContaining('note: waiting 7s for the limit of the API\n')
              : expect.not.stringContaining('waiting'),
        })
        const waited = world.slept.reduce((sum, milliseconds) => sum + milliseconds, 0)
        expect(waited).toBeGreaterThan(6_000)
      }
    },
  )

  it.each([BREAKDOWN, DIFF])('that the search was told of is kept to by the reads: %s', async (command) => {
    tempo.inFront = (n, path) =>
      n === 1 && path === '/api/search' ? { status: 429, headers: { 'retry-after': '7' } } : undefined
    await world.type(`ls-auth ${command} --json`)
    expect(world.slept.filter((milliseconds) => milliseconds > 6_000)).toHaveLength(1)
  })
})

describe('a large trace behind slow ones', () => {
  const traces = plantedTraces(36, (NOW - 600_000) * 1000)
  let tempo: TempoApi
  beforeEach(async () => {
    tempo = await startTempoApi({ traces, filters: true })
    // Where it counts by itself, the traces are not read.
    tempo.mode = 'no-metrics'
    await world.writeConfig(`[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`)
  })
  afterEach(() => tempo.close())

  /** More than is to be held at once, in one trace. */
  const largeAnswer = (traceId: string): HttpAnswer => {
    const span = (i: number): SpanData => ({
      ...{ spanId: (i + 1).toString(16).padStart(16, '0'), name: 'get', service: 'checkout', kind: 'server' },
      ...{ startMicros: NOW * 1000, endMicros: NOW * 1000 + 5, error: i === 0, tags: {} },
    })
    const large: TraceData = { traceId, spans: Array.from({ length: 45_000 }, (_, i) => span(i)) }
    const body = traceByIdResponse(tracesData(toOtlpDocument([large], 'hex')))
    return { status: 200, headers: { 'content-type': 'application/protobuf' }, body }
  }

  /** Of the first eight, which are asked for at once, the second is large and there at once, and the others are slow. */
  it.each([BREAKDOWN, WHY, DIFF])('no further trace is held: %s', async (command) => {
    const asked: string[] = []
    let heldAtMost: number | undefined
    /** Until nothing more has been asked for in a while. */
    const quiet = async () => {
      for (let seen = -1; seen !== asked.length; ) {
        seen = asked.length
        await pause(1_000)
      }
    }
    world.override.http = async (settings) => {
      const client = await openHttp(settings, { variables: world.variables } as never)
      const send = async (request: HttpRequest): Promise<HttpAnswer> => {
        const [, id] = /traces\/([\da-f]+)$/.exec(request.url.pathname) ?? []
        if (id === undefined) return client.send(request)
        const turn = asked.push(id)
        if (turn === 2) return largeAnswer(id)
        if (turn <= 8) {
          await quiet()
          heldAtMost ??= asked.length
        }
        return client.send(request)
      }
      return { ...client, send }
    }
    expect(await world.type(`ls-auth ${command} --json`)).toMatchObject({ exit: 0 })
    expect(heldAtMost).toBe(8)
  })
})
