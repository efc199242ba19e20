import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Why do they fail?", asked of a Tempo that does not make the comparison itself. */

const NOW = Date.parse('2026-09-22T18:00:00Z')
const PARSE_ERROR =
  'invalid TraceQL query: parse error at line 1, col 43: syntax error: unexpected IDENTIFIER'
const REFUSALS = [
  'range specified by start and end (24h0m0s) exceeds 3h0m0s. received start=1 end=2',
  PARSE_ERROR,
  'multi-tenant query unsupported',
]

let world: World
let tempo: TempoApi
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  world.clockOffset = NOW - Date.now()
  tempo = await startTempoApi({ traces: plantedTraces(60, (NOW - 600_000) * 1000), filters: true })
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

const refuse = (body: string) => {
  tempo.inFront = (_, path) => (path === '/api/metrics/query_range' ? { status: 400, body } : undefined)
}
const why = (flags: string) =>
  world.type(`ls-auth trace why ${flags} --backend tempo --api ${tempo.url} --authorization none`)

it.each(REFUSALS)('Tempo says %s: the traces that are found are compared', async (says) => {
  refuse(says)
  const { exit, stdout, stderr } = await why('--service checkout --error --since 24h')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^pod +pod 3 /m)
  expect(stderr).toContain(
    'note: Tempo made no comparison: Tempo did not accept the query; ls-auth reads and compares the traces itself\n',
  )
})
