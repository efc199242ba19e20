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

it('one that was running when the time began is in it, as where the time is whole seconds', async () => {
  began(400, 150)
  began(400, 50)
  expect(await search()).toEqual({ starts: ['.400'], truncated: false })
})

it('those that are left out do not count for the limit, nor end the search', async () => {
  for (let i = 0; i < 250; i++) began(700 + i)
  for (const millis of [520, 540, 560]) began(millis)
  expect(await search('--limit 2')).toEqual({ starts: ['.560', '.540'], truncated: true })
  expect(await search('--limit 20')).toEqual({ starts: ['.560', '.540', '.520'], truncated: false })
})

const searches = () => tempo.requests.filter(({ url }) => url.pathname === '/api/search')

it('a busy rest of the second costs a few requests', async () => {
  for (let i = 0; i < 3000; i++) began(601 + (i % 399))
  for (const millis of [520, 540, 560]) began(millis)
  expect(await search('--limit 20')).toEqual({ starts: ['.560', '.540', '.520'], truncated: false })
  expect(searches().length).toBeLessThan(6)
})

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
    const line = (command: string) =>
      world.type(
        `ls-auth ${command} ${RANGE} --limit 20 --backend tempo --api ${tempo.url} --authorization none`,
      )

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

    it('is asked no more than once where the answer has enough', async () => {
      for (let i = 0; i < 30; i++) began(510 + i)
      await search('--limit 5')
      expect(searches()).toHaveLength(1)
    })

    it('where it gives no more of them, nobody is told that there are none', async () => {
      for (let i = 0; i < 60; i++) began(605 + i)
      for (let i = 0; i < 5; i++) began(520 + i)
      tempo.inFront = (n, path) =>
        path === '/api/search' && Number(tempo.requests[n - 1]?.url.searchParams.get('limit')) > 30
          ? { status: 400, body: 'limit 80 exceeds max limit 30' }
          : undefined
      const listed = await line('trace search')
      expect(listed.exit).toBe(0)
      expect(listed.stderr).toContain('note: there may be traces: what Tempo gave is outside of this time')
      const { exit, stderr } = await line('trace breakdown')
      expect(exit).toBe(7)
      expect(stderr).toContain('error: Tempo gave no trace that fits, and there may be some\n')
      expect(stderr).not.toContain('Look further back')
    })
  },
)
