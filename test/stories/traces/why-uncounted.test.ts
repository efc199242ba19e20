import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import type { SpanData, TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Are there no slow spans, or does Tempo only not count them?" */

const START = Date.parse('2026-09-22T17:50:00Z')
const TRACES = 3

let world: World
let tempo: TempoApi
let traces: TraceData[]
beforeEach(async () => {
  traces = []
  world = await openWorld()
  world.clockOffset = START + 600_000 - Date.now()
  tempo = await startTempoApi({ traces, filters: true })
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

interface Times {
  readonly root: readonly [from: number, to: number]
  readonly child: readonly [from: number, to: number]
  /** The child failed. */
  readonly fails?: boolean
}

/** Traces of two spans, with these times in milliseconds: a root of a server, and below it what Tempo does not count by default. */
function took({ root, child, fails = false }: Times): void {
  for (let n = 1; n <= TRACES; n++) {
    const id = (n: number, digits: number) => n.toString(16).padStart(digits, '0')
    const span = ([from, to]: readonly [number, number]) => ({
      startMicros: (START + n * 1000 + from) * 1000,
      endMicros: (START + n * 1000 + to) * 1000,
      service: 'shop',
      error: false,
      tags: {},
    })
    const top: SpanData = { ...span(root), spanId: id(2 * n, 16), name: 'order', kind: 'server' }
    const below = {
      ...span(child),
      spanId: id(2 * n + 1, 16),
      name: 'mail',
      parentId: top.spanId,
      error: fails,
    }
    traces.push({ traceId: id(n, 32), spans: [top, { ...below, kind: 'internal' }] })
  }
}

const why = (flags: string) =>
  world.type(`ls-auth trace why ${flags} --backend tempo --api ${tempo.url} --authorization none`)
const tracesRead = () => tempo.requests.filter(({ url }) => url.pathname.includes('/traces/'))

it('a trace that took so long without a span that did: no span is claimed, and no trace is read', async () => {
  took({ root: [0, 2000], child: [1500, 4000] })
  const { exit, stderr } = await why('--slower-than 3s')
  expect(exit).toBe(7)
  expect(stderr).toContain('error: none of the 6 spans that fit took so long\n')
  expect(stderr).not.toContain('counts none')
  expect(tracesRead()).toEqual([])
})

it.each(['', '--min 2s', '--name mail'])(
  'a span that took so long and is not counted is found, among all that fit: %s',
  async (flags) => {
    took({ root: [0, 1000], child: [500, 4000] })
    tempo.mode = 'server-spans'
    const { exit, stdout, stderr } = await why(`--slower-than 3s ${flags}`)
    expect({ exit, stderr }).toMatchObject({ exit: 0 })
    expect(stderr).toContain('note: Tempo counts none of the spans that its search finds')
    expect(stdout).toMatch(/^3 of \d spans in 3 traces took more than 3\.00s\./)
  },
)

it('one that failed and is not counted is found, where the limit is that of its trace', async () => {
  took({ root: [0, 3000], child: [100, 200], fails: true })
  tempo.mode = 'server-spans'
  const { exit, stdout, stderr } = await why('--error --min 2s')
  expect({ exit, stderr }).toMatchObject({ exit: 0 })
  expect(stdout).toMatch(/^3 of 6 spans in 3 traces failed\./)
})

it('a percentile of spans that were counted: nobody is told that none was', async () => {
  took({ root: [0, 900], child: [100, 4000] })
  tempo.mode = 'server-spans'
  const { exit, stderr } = await why('--slower-than p99.9')
  expect(exit).toBe(7)
  expect(stderr).toContain(
    'error: none of the 3 spans that fit took longer than the percentile that the back end gave\n',
  )
  expect(stderr).not.toContain('counts none')
  expect(tracesRead()).toEqual([])
})
