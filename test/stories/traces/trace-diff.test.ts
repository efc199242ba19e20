import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, rootOf, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "It was fine yesterday. What got slower?" A checkout that waits for a card network, against good ones. */
const good = makeTrace({ seed: 7, fails: false })
const bad = makeTrace({ seed: 8 })
const usual = [11, 12, 13, 14, 15].map((seed) => makeTrace({ seed, fails: false }))
const traces = [good, bad, ...usual]
const MISSING = '0123456789abcdef0123456789abcdef'

let world: World
let tempo: TempoApi
let jaeger: JaegerApi
let lightstep: TraceApi
beforeAll(async () => {
  tempo = await startTempoApi({ traces, filters: true, apiKey: 'k' })
  jaeger = await startJaegerApi({ traces })
  lightstep = await startTraceApi({ apiKey: 'k', traces })
  world = await openWorld({ columns: 80 })
  world.fastForward = true
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  const profile = (name: string, api: string) =>
    `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\norganization = "acme"\nproject = "prod"\n`
  await world.writeConfig(
    profile('tempo', tempo.url) + profile('jaeger', jaeger.url) + profile('lightstep', lightstep.url),
  )
  await save('good.json', [good])
  await save('bad.json', [bad])
  await save('usual.json', usual)
})
afterAll(() => Promise.all([world, tempo, jaeger, lightstep].map((one) => one.close())))

const path = (name: string) => join(world.home, name)
const save = (name: string, some: readonly TraceData[]) =>
  writeFile(path(name), JSON.stringify(toOtlpDocument(some, 'hex')))
const diff = (line: string) => world.type(`ls-auth trace diff ${line}`)
const rootId = (trace: TraceData) => rootOf(trace)?.spanId as string

/** The operation that got slowest in itself, of `--json`. */
const first = (stdout: string): string =>
  (JSON.parse(stdout) as { rows: { operation: string }[] }).rows[0]?.operation ?? ''

describe('two traces', () => {
  it.each([
    ['Tempo, by trace ids', () => `${good.traceId} ${bad.traceId} --profile tempo`],
    [
      'Jaeger, by an id in capitals and a traceparent',
      () => `${good.traceId.toUpperCase()} 00-${bad.traceId}-00f067aa0ba902b7-01 --profile jaeger`,
    ],
    ['Lightstep, by span ids', () => `${rootId(good)} ${rootId(bad)} --profile lightstep`],
    ['two files, without a profile', () => `${path('good.json')} ${path('bad.json')}`],
    ['a file against an id', () => `${path('good.json')} ${bad.traceId} --profile tempo`],
  ])('%s: the card network it is', async (_, line) => {
    const outcome = await diff(`${line()} --json`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(first(outcome.stdout)).toBe('POST card-network')
    expect(JSON.parse(outcome.stdout)).toMatchObject({ change: 'slower', traces_a: 1, traces_b: 1 })
  })

  it('for people: the answer first, then where it comes from, then the tree', async () => {
    const { stdout } = await diff(`${path('good.json')} ${path('bad.json')}`)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^slower: \d+ms → \d+ms, \+\d+ms \(\+\d+%\)$/)
    expect(lines[1]).toMatch(
      /^(most of it: \+\d+ms \(\d+% of it\)|the largest change: \+\d+ms) in POST card-network, payment$/,
    )
    expect(stdout).toMatch(/where it comes from, by self time\n +\+\d+ms {2}POST card-network {2}payment\n/)
    expect(stdout).toMatch(
      /the merged tree of both\nOPERATION .*TOTAL\+\/- .*SELF\+\/-\nPOST \/checkout +frontend +1 /,
    )
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('the same trace twice: no difference, and it is said why', async () => {
    const { exit, stdout, stderr } = await diff(
      `${bad.traceId} ${bad.traceId} --profile tempo --fail-if-slower 0%`,
    )
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^no significant difference: /)
    expect(stderr).toBe('note: A and B are the same trace\n')
  })
})

describe('--fail-if-slower', () => {
  const files = () => `${path('good.json')} ${path('bad.json')}`

  it('more than allowed: exit 5, and the comparison is there all the same', async () => {
    const outcome = await diff(`${files()} --fail-if-slower 20%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stdout).toMatch(/^slower: /)
    expect(outcome.stderr).toMatch(
      /^error: B is \d+\.\d% slower than A, and --fail-if-slower allows 20%\nhint: Start with .*: POST card-network \(payment\)\n$/,
    )
    const json = await diff(`${files()} --fail-if-slower 20% --json`)
    expect(first(json.stdout)).toBe('POST card-network')
    expect(JSON.parse(json.stderr).error).toMatchObject({ code: 'check-failed', exit: 5 })
  })

  it('as much as allowed, or faster: exit 0', async () => {
    expect(await diff(`${files()} --fail-if-slower 900%`)).toMatchObject({ exit: 0, stderr: '' })
    expect(await diff(`${path('bad.json')} ${path('good.json')} --fail-if-slower 0%`)).toMatchObject({
      exit: 0,
    })
  })
})

describe('a side that is a search', () => {
  it('one trace against what is usual, in medians: Tempo', async () => {
    const outcome = await diff(`${bad.traceId} --a 'service=frontend since=2d' --profile tempo --json`)
    expect(outcome).toMatchObject({ exit: 0 })
    const whole = JSON.parse(outcome.stdout)
    expect(whole).toMatchObject({
      a: '7 traces of Tempo: service=frontend since=2d',
      traces_a: 7,
      traces_b: 1,
      trace_id_a: null,
      trace_id_b: bad.traceId,
      change: 'slower',
    })
    expect(whole.rows[0]).toMatchObject({ operation: 'POST card-network', traces_a: 7, traces_b: 1 })
  })

  it('two searches: Jaeger', async () => {
    const outcome = await diff(
      `--a 'service=frontend since=2d' --b 'service=payment error since=2d' --profile jaeger`,
    )
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stdout).toMatch(/^slower: /)
    expect(outcome.stdout).toContain('7 traces of Jaeger: service=frontend since=2d')
    expect(outcome.stdout).toContain('1 trace of Jaeger: service=payment error since=2d')
    expect(outcome.stdout).toContain('Times are medians of each side.')
  })

  it.each([
    [
      `--a 'query={}' ${bad.traceId} --profile jaeger`,
      /^error: A: Jaeger has no query language\nhint: Use --service, --name, /,
    ],
    [
      `${bad.traceId} --b 'service=cart attr=n>=5' --profile jaeger`,
      /^error: B: Jaeger only searches for equal attributes: --attr key=value\nhint: Drop --attr /,
    ],
    [
      `${rootId(bad)} --b 'since=2d service=cart' --profile lightstep`,
      /^error: B: Lightstep's .*\nhint: Take a snapshot: ls-auth trace diff .* --b 'since=2d service=cart' .*--snapshot\n/,
    ],
  ])('what a back end cannot search for names the side: %s', async (line, told) => {
    const { exit, stderr } = await diff(line)
    expect(exit).toBe(2)
    expect(stderr).toMatch(told)
  })
})

describe('several traces on each side: is it chance?', () => {
  const slower = (count: number) =>
    Array.from({ length: count }, (_, i) => makeTrace({ seed: 100 + i, fails: true }))
  const before = (count: number) =>
    Array.from({ length: count }, (_, i) => makeTrace({ seed: 200 + i, fails: false }))
  const sides = async (count: number) => {
    await save('before.json', before(count))
    await save('after.json', slower(count))
    return `--a file=${path('before.json')} --b file=${path('after.json')}`
  }

  it('three releases against three are too few, and it is said how many would do', async () => {
    const outcome = await diff(await sides(3))
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    const lines = outcome.stdout.split('\n')
    expect(lines[0]).toMatch(/^too few traces to tell: \d+ms → \d+ms, \+\d+ms \(\+\d+%\)$/)
    expect(lines[1]).toMatch(/^what differs may be chance; compare more traces, at least \d+ on each side$/)
    expect(outcome.stdout).toMatch(
      /differences that may be chance, by self time\n +\+\d+ms {2}POST card-network {2}payment\n/,
    )
    expect(outcome.stdout).toMatch(/ POST card-network .* unsure\n/)
    expect(outcome.stdout).not.toMatch(/slower|faster/)
    expect(outcome.stdout.replace(/\n/g, ' ')).toContain('"unsure" means it may be chance.')
  })

  it('--fail-if-slower judges the median: fewer than half are slower, which is told, and half of them fail', async () => {
    const saveSide = (name: string, slow: number) =>
      writeFile(
        path(name),
        JSON.stringify(
          Array.from({ length: 20 }, (_, i) => ({
            ...{ traceId: `b${i + 16}`, id: '1', name: 'get /', timestamp: 1e9 },
            duration: i < slow ? 900_000 : 100_000,
          })),
        ),
      )
    await saveSide('none.json', 0)
    const judged = async (slow: number) => {
      await saveSide('some.json', slow)
      return diff(`--a file=${path('none.json')} --b file=${path('some.json')} --fail-if-slower 20%`)
    }
    const fewer = await judged(9)
    expect(fewer).toMatchObject({ exit: 0, stderr: '' })
    expect(fewer.stdout).toMatch(/^B tends to be slower, but the medians do not show it: /)
    const half = await judged(10)
    expect(half.exit).toBe(5)
    expect(half.stderr).toContain('error: B is 400.0% slower than A, and --fail-if-slower allows 20%\n')
  })
})

describe('an empty side is exit 7', () => {
  it.each([
    [`${MISSING} ${bad.traceId} --profile tempo`, /has no trace/],
    [
      `--a 'service=nosuch since=2d' ${bad.traceId} --profile tempo`,
      /error: A: Tempo has no matching trace\nhint: Look further back with --since/,
    ],
    [
      `${bad.traceId} --b 'service=nosuch' --profile jaeger`,
      /Jaeger has no service "nosuch": ls-auth services --profile jaeger lists them/,
    ],
    [
      `--a 'service=chekout since=2d' ${bad.traceId} --profile tempo`,
      /error: A: Tempo has no matching trace\nhint: Tempo has no service "chekout" in this time; did you mean checkout\?/,
    ],
    [`nosuch.json ${bad.traceId} --profile tempo`, /there is no file nosuch\.json/],
  ])('%s', async (line, stderr) => {
    const outcome = await diff(line)
    expect(outcome).toMatchObject({ exit: 7, stdout: '' })
    expect(outcome.stderr).toMatch(stderr)
  })
})

it('names that would steer the terminal, and those that hold a secret, are shown safely', async () => {
  const hostile = (trace: TraceData, name: string): TraceData => ({
    ...trace,
    spans: trace.spans.map((span) => (span.name === 'rate table' ? { ...span, name } : span)),
  })
  await save('hostile-a.json', [hostile(bad, '\u001b[2J\u202egone')])
  await save('hostile-b.json', [
    hostile(bad, 'GET https://bob:hunter2hunter2@example.com/?token=abcdef123456'),
  ])
  for (const flags of ['', '--json', '-o ndjson', '-o csv', '--full']) {
    const { exit, stdout, stderr } = await diff(
      `${path('hostile-a.json')} ${path('hostile-b.json')} ${flags}`,
    )
    expect(exit).toBe(0)
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u202e]/)
    expect(stdout).not.toMatch(/hunter2|abcdef123456/)
    expect(stderr).toContain('--show-sensitive shows them')
  }
  const shown = await diff(`${path('hostile-a.json')} ${path('hostile-b.json')} --show-sensitive --json`)
  expect(shown.stdout).toContain('hunter2')
})
