import { afterEach, beforeEach, expect, it } from 'vitest'
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

it('traces outside the time are left out', async () => {
  for (const millis of [100, 550, 900, 1400]) began(millis)
  expect(await search()).toEqual({ starts: ['.550'], truncated: false })
  expect(await search('--limit 3')).toMatchObject({ starts: ['.550'] })
})
