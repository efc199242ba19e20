import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
/** The commands that read all traces that a search finds. */
const BREAKDOWN = 'trace breakdown --service checkout'
const WHY = 'trace why --service checkout --error'

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
})
