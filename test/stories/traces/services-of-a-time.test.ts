import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import type { TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "The batch of last night is not there?" Tempo lists services of a time, and without one those of the last minutes. */

let world: World
let tempo: TempoApi
let traces: TraceData[]
beforeEach(async () => {
  traces = [ran('nightly-batch', 10), ran('nightly-batch2', 0.01), ran('hourly', 0.8)]
  world = await openWorld({ columns: 80 })
  tempo = await startTempoApi({ traces, filters: true })
  tempo.mode = 'lists-by-time'
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

function ran(service: string, hoursAgo: number): TraceData {
  const startMicros = Date.now() * 1000 - hoursAgo * 3600e6
  const id = (digits: number) => Buffer.from(service).toString('hex').padEnd(digits, '0').slice(0, digits)
  const span = { spanId: id(16), name: 'run', service, kind: 'internal', error: false } as const
  return { traceId: id(32), spans: [{ ...span, startMicros, endMicros: startMicros + 10, tags: {} }] }
}
const type = (line: string) =>
  world.type(`ls-auth ${line} --backend tempo --api ${tempo.url} --authorization none`)

it.each([
  'trace search --service nightly-batch --error --since 24h',
  'trace why --service nightly-batch --error --since 24h --min 1h',
  'trace breakdown --service nightly-batch --min 1h --since 24h',
])('a service of the time that is asked for is not said to be unknown: %s', async (line) => {
  const { stderr } = await type(line)
  expect(stderr).not.toContain('knows no service')
})

it('one that is not in that time is not said to be nowhere', async () => {
  const near = await type('trace search --service nightly-batch --since 5h')
  expect(near.stderr).toContain(
    'note: Tempo knows no service "nightly-batch" in this time; did you mean nightly-batch2?\n',
  )
  const far = await type('trace search --service shop --since 24h')
  expect(far.stderr).toMatch(
    /^note: Tempo knows no service "shop" in this time: ls-auth services .* lists those of the last hour\n/,
  )
})

it('ls-auth services lists those of the last hour', async () => {
  const { stdout } = await type('services')
  expect(stdout).toBe('hourly\nnightly-batch2\n')
})
