import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import type { TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Which of them was it, within this second?" Tempo is asked in whole seconds. */

const SECOND = Date.parse('2026-09-21T14:00:00Z') * 1000
const RANGE = '--from 2026-09-21T14:00:00.500Z --to 2026-09-21T14:00:00.600Z'

let world: World
let tempo: TempoApi
let traces: TraceData[]
beforeEach(async () => {
  traces = []
  world = await openWorld()
  tempo = await startTempoApi({ traces })
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

/** One span that began so many milliseconds after {@link SECOND}. */
function began(millis: number, tookMillis = 1): void {
  const id = (digits: number) => (traces.length + 1).toString(16).padStart(digits, '0')
  const startMicros = SECOND + millis * 1000
  const span = { spanId: id(16), name: 'get', service: 'shop', kind: 'server', error: false } as const
  const endMicros = startMicros + tookMillis * 1000
  traces.push({ traceId: id(32), spans: [{ ...span, startMicros, endMicros, tags: {} }] })
}
const search = async (flags = '') => {
  const line = `ls-auth trace search ${RANGE} ${flags} --backend tempo --api ${tempo.url} --authorization none`
  const { stdout } = await world.type(`${line} --json`)
  const { traces: found, truncated } = JSON.parse(stdout)
  return { starts: found.map(({ startTime }: { startTime: string }) => startTime.slice(19, 23)), truncated }
}

it.each(['normal', 'ignores-hints'] as const)('traces outside the time are left out (%s)', async (mode) => {
  tempo.mode = mode
  for (const millis of [100, 550, 900, 1400]) began(millis)
  expect(await search()).toEqual({ starts: ['.550'], truncated: false })
  expect(await search('--limit 3')).toMatchObject({ starts: ['.550'] })
})

const searches = () => tempo.requests.filter(({ url }) => url.pathname === '/api/search')

it('a Tempo that refuses so many at once is left, and nobody is told that there are none', async () => {
  for (let i = 0; i < 600; i++) began(601 + (i % 399))
  began(520)
  tempo.inFront = (_, path) => {
    const asked = Number(searches().at(-1)?.url.searchParams.get('limit'))
    const refusal = { status: 400, body: `limit ${asked} exceeds max limit 500` }
    return path === '/api/search' && asked > 500 ? refusal : undefined
  }
  expect(await search('--limit 20')).toEqual({ starts: [], truncated: true })
})

describe.each(['unversioned', 'ignores-hints'] as const)(
  'a Tempo whose answers are not paged (%s)',
  (mode) => {
    beforeEach(() => {
      tempo.mode = mode
    })
    it.each(['', `--query '{} with (most_recent=true)'`])(
      'is asked for more where those of the rest of the second fill the answer: %s',
      async (flags) => {
        for (let i = 0; i < 95; i++) began(605 + i)
        for (const millis of [520, 540, 560]) began(millis)
        expect(await search(`--limit 2 ${flags}`)).toEqual({ starts: ['.560', '.540'], truncated: true })
        expect(await search(`--limit 5 ${flags}`)).toEqual({
          starts: ['.560', '.540', '.520'],
          truncated: false,
        })
      },
    )
  },
)
