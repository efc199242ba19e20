import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
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
    expect(result.stderr).not.toMatch(/^note: .*(not assembled|deleted)|^error/m)
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it('a person at a terminal learns what is waited for', async () => {
    assembledAfter(1)
    world.watched = true
    const { stderr } = await world.type('ls-auth trace breakdown --service payment --snapshot')
    expect(stderr.match(/traces are being assembled \(8s\) …\n/g)).toHaveLength(1)
  })

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

  it.each([BREAKDOWN, DIFF])('that the search was told of is kept to by the reads: %s', async (command) => {
    tempo.inFront = (n, path) =>
      n === 1 && path === '/api/search' ? { status: 429, headers: { 'retry-after': '7' } } : undefined
    await world.type(`ls-auth ${command} --json`)
    expect(world.slept.filter((milliseconds) => milliseconds > 6_000)).toHaveLength(1)
  })
})
