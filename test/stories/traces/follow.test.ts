import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { startGateway } from '../../world/gateway.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { type ProxyAnswer, startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { MIN_SPANS, makeTrace, movedTo, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Show me the failures as they come." */
let world: World
let tempo: TempoApi
/** What Tempo has; a story adds to it while the command runs. */
let traces: TraceData[]
beforeEach(async () => {
  traces = []
  world = await openWorld({ columns: 80 })
  world.fastForward = true
  tempo = await startTempoApi({ traces })
})
afterEach(() => Promise.all([world.close(), tempo.close()]))

let seeds = 0
/** A checkout that began so many seconds ago. */
function checkout(secondsAgo: number, { clockOffset } = world): TraceData {
  seeds += 1
  const now = Date.now() + clockOffset
  return movedTo(now - secondsAgo * 1000, makeTrace({ seed: seeds, spans: MIN_SPANS, fails: false }))
}
const idsOf = (some: readonly TraceData[]) => some.map(({ traceId }) => traceId)
const idsIn = (text: string) => [...text.matchAll(/\b[0-9a-f]{32}\b/g)].map(([id]) => id)

const NOT_LET_IN: ProxyAnswer = { status: 403, body: 'no longer' }
type Happens = () => ProxyAnswer | undefined | number

/** What happens before Tempo answers its request of that number. The first page is request 2; the story ends at `end`. */
function script(end: number, steps: Readonly<Record<number, Happens>> = {}): void {
  tempo.inFront = (n) => {
    if (n >= end) return NOT_LET_IN
    const answer = steps[n]?.()
    return typeof answer === 'object' ? answer : undefined
  }
}
const follow = (flags = '') =>
  world.type(`ls-auth trace search --follow ${flags} --backend tempo --api ${tempo.url} --authorization none`)

describe('ls-auth trace search --follow', () => {
  it('shows what is there, then each new trace once, a late one too', async () => {
    traces.push(checkout(5), checkout(600))
    script(9, { 4: () => traces.push(checkout(0)), 6: () => traces.push(checkout(60)) })
    const { exit, stdout, stderr } = await follow()
    const [recent, old, ...came] = idsOf(traces)
    expect(idsIn(stdout)).toEqual([old, recent, ...came])
    const [head, first = ''] = stdout.split('\n')
    expect(head).toMatch(/^TRACE +ROOT +ERRORS +DURATION +STARTED$/)
    expect(first).toMatch(/^[0-9a-f]{32} {2}\S.* 0 +\d+ms +\d\d:\d\d:\d\dZ$/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    // What ends it is told as everywhere.
    expect(exit).toBe(11)
    expect(stderr).toMatch(/^error: .*\nhint: .*\n/)
  })

  it.each(['json', 'ndjson'])('-o %s: one object a line, each as in a search', async (format) => {
    traces.push(checkout(5))
    script(5, { 4: () => traces.push(checkout(0)) })
    const lines = (await follow(`-o ${format}`)).stdout.trim().split('\n')
    // A search asks in whole seconds: in the second of the trace it would not find it yet.
    world.clockOffset += 2000
    const whole = JSON.parse(
      (
        await startTempoApi({ traces }).then(async (api) => {
          const line = `ls-auth trace search --json --backend tempo --api ${api.url} --authorization none`
          const outcome = await world.type(line)
          await api.close()
          return outcome
        })
      ).stdout,
    )
    expect(lines.map((line) => JSON.parse(line))).toEqual(whole.traces.toReversed())
  })

  it.each([
    ['--json=traceId', /^\{"traceId":"[0-9a-f]{32}"\}$/],
    ["--jq '.traceId, .errorCount'", /^([0-9a-f]{32}|\d+|null)$/],
  ])('%s chooses from each line as it comes', async (flag, words) => {
    traces.push(checkout(5))
    script(5, { 4: () => traces.push(checkout(0)) })
    const { stdout } = await follow(flag)
    const lines = stdout.trim().split('\n')
    expect(idsOf(traces).every((id) => stdout.includes(id))).toBe(true)
    for (const line of lines) expect(line).toMatch(words)
  })

  it('an API that fails for a while: said once, asked ever more seldom, nothing is missing afterwards', async () => {
    const down: Happens = () => ({ status: 500, body: 'out of order' })
    script(9, { 3: down, 4: down, 5: down, 6: () => traces.push(checkout(30)), 8: down })
    const { stdout, stderr } = await follow()
    expect(idsIn(stdout)).toEqual(idsOf(traces))
    expect(world.slept.slice(0, 5)).toEqual([5_000, 10_000, 20_000, 40_000, 5_000])
    expect(stderr.match(/trying again|works again/g)).toEqual(['trying again', 'works again', 'trying again'])
  })

  it('an address where nothing answers ends it at once', async () => {
    await tempo.close()
    expect(await follow()).toMatchObject({ exit: 6, stdout: '' })
  })

  it('the record says from when to when somebody looked, and not each look', async () => {
    script(130)
    await follow('--interval 10s')
    expect(tempo.requests).toHaveLength(130)
    const { stdout } = await world.type('ls-auth audit list -o ndjson')
    const statuses = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).status)
    // 21 minutes: the first, one in each five minutes, and the refusal.
    expect(statuses).toEqual([200, 200, 200, 200, 200, 403])
  })

  it('Jaeger is followed as well', async () => {
    const jaeger = await startJaegerApi({ traces: [checkout(9)] })
    const timer = setInterval(() => {
      if (jaeger.requests.length > 4) jaeger.inFront = { status: 403 }
    }, 5)
    const line = `ls-auth trace search --follow --backend jaeger --api ${jaeger.url} --authorization none`
    const { exit, stdout } = await world.type(line)
    clearInterval(timer)
    await jaeger.close()
    expect(exit).toBe(11)
    expect(idsIn(stdout)).toHaveLength(1)
  })
})

describe('a sign-in that runs out while the search goes on', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
    stage.world.fastForward = true
  })
  afterEach(() => stage.close())

  /** Follows behind a gateway that wants a token; two hours pass, and `then`, before request 5. `page`: so many answers after it. */
  async function followBehind(then: () => void = () => {}, pages = 0) {
    const { world, provider } = stage
    const rules = { issuer: provider.issuer, audience: 'api://traces', scope: 'traces:read' }
    const gateway = await startGateway({ ...rules, upstream: tempo.url, apiKey: 'not looked at' })
    await world.type(stage.login(`--backend tempo --api ${gateway.url}`))
    const page = { status: 302, headers: { location: 'https://sign-in.example/' } }
    script(9 + pages, {
      ...Object.fromEntries(Array.from({ length: pages }, (_, n) => [n + 8, () => page])),
      3: () => traces.push(checkout(0, world)),
      5: () => {
        world.clockOffset += 2 * 3600_000
        then()
        return traces.push(checkout(60, world))
      },
    })
    const outcome = await world.type('ls-auth trace search --follow -o ndjson')
    await gateway.close()
    return { ...outcome, statuses: gateway.log.map(({ status }) => status) }
  }

  it('the token is renewed, and the lines go on', async () => {
    const { exit, stdout, statuses } = await followBehind()
    expect(exit).toBe(11)
    expect(idsIn(stdout)).toEqual(idsOf(traces))
    expect(stage.provider.refreshCount()).toBeGreaterThan(0)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 403])
  })

  it('a gateway that does not take the token any more ends it', async () => {
    const { exit, stdout } = await followBehind(() => {
      tempo.inFront = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    })
    expect(exit).toBe(11)
    expect(idsIn(stdout)).toEqual(idsOf(traces.slice(0, 1)))
  })
})

it.each([
  ['--follow --to now', '--follow has no end, but --to sets one'],
  ['--follow --file t.json', '--follow waits for new traces, but a file gets none'],
  ['--follow --interval 0s', '--interval: at least 1s'],
  ['--interval 5s', '--interval needs --follow'],
  [
    '--follow --backend lightstep --api http://127.0.0.1:1 --organization a --project b',
    'Lightstep cannot follow a search: its API returns example spans, not every new trace',
  ],
])('trace search %s: exit 2, before anything is asked', async (flags, message) => {
  const { exit, stderr } = await world.type(`ls-auth trace search ${flags}`)
  expect(exit).toBe(2)
  expect(stderr).toMatch(/^error: .*\nhint: .*\n$/)
  expect(stderr).toContain(`error: ${message}\n`)
})
