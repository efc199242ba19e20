import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProxyAnswer, startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { MIN_SPANS, makeTrace, movedTo, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Ours is a Tempo of last year, which answers with any traces that match, not with the latest." */

let world: World
let tempo: TempoApi
/** Read anew at each request. */
let traces: TraceData[]
beforeEach(async () => {
  traces = []
  world = await openWorld()
  tempo = await startTempoApi({ traces })
  tempo.mode = 'ignores-hints'
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

let seeds = 0
function began(secondsAgo: number): TraceData {
  seeds += 1
  const now = Date.now() + world.clockOffset
  return movedTo(now - secondsAgo * 1000, makeTrace({ seed: seeds, spans: MIN_SPANS, fails: false }))
}
/** One each second before, the earliest first: so this Tempo finds the earliest ones first. */
const addEachSecond = (count: number) => {
  for (let ago = count; ago > 0; ago--) traces.push(began(ago))
}

const search = (flags: string) =>
  world.type(`ls-auth trace search ${flags} --backend tempo --api ${tempo.url} --authorization none`)
const asked = (path: string) => tempo.requests.filter(({ url }) => url.pathname === path)

describe('a Tempo that does not heed the hint for the latest', () => {
  it('is searched at once, so that nothing is left out and nothing is called complete that is not', async () => {
    addEachSecond(300)
    const { stdout, stderr } = await search('--limit 250 --json')
    const { traces: found, truncated } = JSON.parse(stdout)
    expect(new Set(found.map(({ traceId }: { traceId: string }) => traceId)).size).toBe(250)
    expect(truncated).toBe(true)
    expect(stderr).toContain('there may be more: --limit 1250, or a shorter time with --from and --to')
    const all = JSON.parse((await search('--limit 301 --json')).stdout)
    expect([all.traces.length, all.truncated]).toEqual([300, false])
  })

  it('--follow prints every trace that comes', async () => {
    const END: ProxyAnswer = { status: 403, body: 'no longer' }
    world.fastForward = true
    addEachSecond(150)
    const before = traces.length
    tempo.inFront = (n) => {
      if (n >= 30) return END
      if (n > 8) for (let i = 0; i < 30; i++) traces.push(began(1))
      return undefined
    }
    const { stdout, stderr } = await search('--follow --limit 5 --since 1h')
    // What came after the last look nobody could print.
    const came = traces.slice(before, -60).map(({ traceId }) => traceId)
    expect(came.length).toBeGreaterThan(300)
    expect(came.filter((id) => !stdout.includes(id))).toEqual([])
    expect(stderr).toContain('begins with 5 traces of that time; more may exist')
    expect(stderr).not.toContain('latest')
    expect(asked('/api/status/buildinfo')).toHaveLength(1)
  })
})

describe('a Tempo that nobody knows the version of', () => {
  const hidden: Record<string, () => void> = {
    'a build of their own': () => {
      tempo.mode = 'unversioned'
    },
    'a gateway without that path': () => {
      tempo.mode = 'normal'
      tempo.inFront = (_, path) => (path.endsWith('/buildinfo') ? { status: 404, body: 'no' } : undefined)
    },
    'a gateway that refuses that path': () => {
      tempo.mode = 'normal'
      tempo.inFront = (_, path) => (path.endsWith('/buildinfo') ? { status: 403, body: 'no' } : undefined)
    },
    'a gateway that answers it with a page': () => {
      tempo.mode = 'normal'
      const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' }
      tempo.inFront = (_, path) => (path.endsWith('/buildinfo') ? page : undefined)
    },
  }
  it.each(Object.keys(hidden))('%s: the latest where it can, and no word that they are', async (name) => {
    addEachSecond(150)
    hidden[name]?.()
    const { exit, stdout, stderr } = await search('--limit 120 --json')
    const latest = traces.slice(-120).map(({ traceId }) => traceId)
    expect(exit).toBe(0)
    expect(new Set(JSON.parse(stdout).traces.map((one: { traceId: string }) => one.traceId))).toEqual(
      new Set(latest),
    )
    expect(stderr).toContain('there may be more: --limit 600, or a shorter time with --from and --to')
  })
})
