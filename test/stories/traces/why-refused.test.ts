import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

it('a percentile is that of the traces that are found', async () => {
  const { exit, stdout, stderr } = await why('--service checkout --slower-than p80 --since 24h')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^pod +pod 3 /m)
  expect(stderr).toContain(
    'note: Tempo only estimates percentiles; ls-auth reads and compares the traces itself\n',
  )
  expect(tempo.requests.some(({ url }) => url.pathname === '/api/metrics/query_range')).toBe(false)
})

describe("of a query of one's own only Tempo can tell", () => {
  const OWN = `--error --query '{ resource.service.name = "checkout" }'`

  it('what it cannot parse may be the query', async () => {
    refuse(PARSE_ERROR)
    const { exit, stderr } = await why(OWN)
    expect(exit).toBe(2)
    expect(stderr).toContain('hint: Check the query. --query takes a span filter without a function: {')
  })
})

it.each([400, 422, 500, 502, 503, 504])(
  'metrics that fail with HTTP %i, whatever the words: the traces that are found are compared',
  async (status) => {
    const body = 'time range must be within last 20m0s'
    tempo.inFront = (_, path) => (path === '/api/metrics/query_range' ? { status, body } : undefined)
    const { exit, stdout, stderr } = await why('--service checkout --error')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^pod +pod 3 /m)
    expect(stderr).toMatch(
      /^note: Tempo made no comparison.*; ls-auth reads and compares the traces itself\n/,
    )
    const own = await why(`--error --query '{ resource.service.name = "checkout" }'`)
    expect(own).toMatchObject({ exit: status < 500 ? 2 : 6, stdout: '' })
  },
)

describe('a part of an answer that holds no span', () => {
  it.each(['--error', '--slower-than 1s'])('does not tell that none fits: %s', async (selected) => {
    const message = 'Response exceeds maximum series limit. Ask joe@example.com.'
    const body = JSON.stringify({ series: [], status: 'PARTIAL', message })
    tempo.inFront = (_, path) => (path === '/api/metrics/query_range' ? { status: 200, body } : undefined)
    const { exit, stderr } = await why(`--service checkout ${selected}`)
    expect(exit).toBe(7)
    expect(stderr).toContain('error: no span is in the part of the result that Tempo gave\n')
    expect(stderr).toContain('\n  Response exceeds maximum series limit. Ask [masked].\n')
    expect(stderr).toContain('hint: Use a shorter time, or add a filter.\n')
    expect((await why(`--service checkout ${selected} --show-sensitive`)).stderr).toContain('joe@example.com')
  })
})
