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

  it('standard input is a side, once', async () => {
    world.stdin = [JSON.stringify(toOtlpDocument([good], 'hex'))]
    expect(await diff(`- ${path('bad.json')}`)).toMatchObject({ exit: 0 })
    expect(await diff('- -')).toMatchObject({ exit: 2, stdout: '' })
  })

  it('the same trace twice: no difference, and it is said why', async () => {
    const { exit, stdout, stderr } = await diff(
      `${bad.traceId} ${bad.traceId} --profile tempo --fail-if-slower 0%`,
    )
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^no difference in time that counts: /)
    expect(stderr).toBe('note: A and B are the same trace\n')
  })

  it('two files that give one id to different traces: that the id is the same, and no more', async () => {
    const { traceId } = good
    await save('mixed-up.json', [{ ...bad, traceId }])
    const { stdout, stderr } = await diff(`${path('good.json')} ${path('mixed-up.json')}`)
    expect(stdout).toMatch(/^slower: /)
    expect(stderr).toBe('note: A and B have the same id, and differ\n')
    await save('other.json', [{ traceId, spans: good.spans.map((span) => ({ ...span, name: 'x' })) }])
    expect((await diff(`${path('good.json')} ${path('other.json')}`)).stderr).toContain(' and differ\n')
    await save('copy.json', [good])
    const copied = await diff(`${path('good.json')} ${path('copy.json')}`)
    expect(copied.stderr).toBe('note: A and B are the same trace\n')
  })

  it('of a file of several that are equally large one, and the line that lists them is one to copy', async () => {
    await save('two of a kind.json', [good, { ...good, traceId: MISSING }])
    const { stderr } = await world.type(`ls-auth trace get '${path('two of a kind.json')}'`)
    const line = `ls-auth trace search --file '${path('two of a kind.json')}'`
    expect(stderr).toBe(
      `note: file two of a kind.json: 2 traces in it; this is one of them. Another: --trace ID; their ids: ${line}\n`,
    )
    expect((await world.type(line)).stdout).toContain(MISSING)
    await save('mixed.json', [{ ...good, traceId: MISSING, spans: good.spans.slice(0, 3) }, good])
    const mixed = await world.type(`ls-auth trace get ${path('mixed.json')}`)
    expect(mixed.stderr).toContain('2 traces in it; this is the largest. Another: --trace ID')
  })

  it('of a file with several one of the largest, or the one that is named', async () => {
    const { stderr } = await diff(`${path('usual.json')} ${path('bad.json')}`)
    expect(stderr).toBe(
      `note: file usual.json: 5 traces in it; this is one of them. Another: --trace-a ID; their ids: ls-auth trace search --file ${path('usual.json')}\n`,
    )
    const [, second] = usual as [TraceData, TraceData]
    const { stdout } = await diff(
      `${path('usual.json')} ${path('bad.json')} --trace-a ${second.traceId} --json`,
    )
    expect(JSON.parse(stdout).trace_id_a).toBe(second.traceId)
  })
})

describe('as data', () => {
  it('rows in NDJSON and CSV are those of --json', async () => {
    const files = `${path('good.json')} ${path('bad.json')}`
    const { rows } = JSON.parse((await diff(`${files} -o json`)).stdout)
    const lines = (await diff(`${files} -o ndjson`)).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows)
    const [head, ...cells] = (await diff(`${files} -o csv`)).stdout.trim().split('\r\n')
    expect(head?.split(',')).toEqual(Object.keys(rows[0]))
    expect(cells).toHaveLength(rows.length)
  })

  it('what is new and what is gone', async () => {
    const renamed: TraceData = {
      ...bad,
      spans: bad.spans.map((span) => (span.name === 'rate table' ? { ...span, name: 'rate service' } : span)),
    }
    await save('renamed.json', [renamed])
    const { stdout } = await diff(`${path('bad.json')} ${path('renamed.json')}`)
    expect(stdout).toMatch(/\nnew: rate service\ngone: rate table\n/)
    expect(stdout).toMatch(/ rate table .* gone\n[\s\S]* rate service .* new\n/)
    const { rows, ...whole } = JSON.parse(
      (await diff(`${path('bad.json')} ${path('renamed.json')} --json`)).stdout,
    )
    expect(whole).toMatchObject({ change: 'same', new: 1, gone: 1 })
    expect(rows[0]).toMatchObject({
      operation: 'rate service',
      change: 'new',
      calls_a: 0,
      calls_b: 1,
      total_a_ns: 0,
    })
    expect(rows.at(-1)).toMatchObject({ operation: 'rate table', change: 'gone', calls_b: 0 })
  })
})

describe('--fail-if-slower', () => {
  const files = () => `${path('good.json')} ${path('bad.json')}`

  it('more than allowed: exit 5, and the comparison is there all the same', async () => {
    const outcome = await diff(`${files()} --fail-if-slower 20%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stdout).toMatch(/^slower: /)
    expect(outcome.stderr).toMatch(
      /^error: B is \d+\.\d% slower than A, and --fail-if-slower allows 20%\nhint: Look first at .*: POST card-network \(payment\)\n$/,
    )
    const json = await diff(`${files()} --fail-if-slower 20% --json`)
    expect(first(json.stdout)).toBe('POST card-network')
    expect(JSON.parse(json.stderr).error).toMatchObject({ code: 'check-failed', exit: 5 })
  })

  it('a little more than allowed: told with as many digits as it takes to see it', async () => {
    const took = (name: string, micros: number) =>
      writeFile(path(name), JSON.stringify([{ traceId: 'ab', id: 'cd', name: 'x', duration: micros }]))
    await took('before-change.json', 100_000)
    await took('after-change.json', 120_040)
    const line = `${path('before-change.json')} ${path('after-change.json')} --fail-if-slower`
    const { exit, stderr } = await diff(`${line} 20%`)
    expect(exit).toBe(5)
    expect(stderr).toContain('error: B is 20.04% slower than A, and --fail-if-slower allows 20%\n')
    expect((await diff(`${line} 19%`)).stderr).toContain('error: B is 20.0% slower than A, ')
    expect(await diff(`${line} 20.04%`)).toMatchObject({ exit: 0 })
  })

  it('as much as allowed, or faster: exit 0', async () => {
    expect(await diff(`${files()} --fail-if-slower 900%`)).toMatchObject({ exit: 0, stderr: '' })
    expect(await diff(`${path('bad.json')} ${path('good.json')} --fail-if-slower 0%`)).toMatchObject({
      exit: 0,
    })
  })

  it.each(['20', '0.2', 'much', '-5%', '20ms'])('%s is refused before anything is read', async (text) => {
    const outcome = await diff(`nosuch.json nosuch.json --fail-if-slower=${text}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('is not a percentage\nhint: Write it like 20%.')
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
    expect(outcome.stdout).toContain('Times are medians over the traces of a side.')
  })

  it('Lightstep: one snapshot, and none for each trace', async () => {
    lightstep.snapshots.assembleOnDemand = true
    const search = `--a 'service=frontend' --snapshot --profile lightstep`
    const outcome = await diff(`${search} ${path('bad.json')} --json`)
    lightstep.snapshots.assembleOnDemand = false
    expect(outcome).toMatchObject({ exit: 0 })
    expect(JSON.parse(outcome.stdout)).toMatchObject({ traces_b: 1, change: 'slower' })
    expect(lightstep.snapshots.taken).toHaveLength(1)
  })

  it('in a file: the file is named once', async () => {
    const { stdout } = await diff(`--a 'file=${path('usual.json')}' ${path('bad.json')}`)
    expect(stdout.replace(/\n +/g, ' ')).toContain(`: 5 traces: file=${path('usual.json')}\n`)
  })

  it('in a file: all of it', async () => {
    const { stdout } = await diff(`--a 'file=${path('usual.json')}' ${path('bad.json')} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ traces_a: 5, change: 'slower' })
  })

  it.each([
    [
      `--a 'query={}' ${bad.traceId} --profile jaeger`,
      /^error: A: Jaeger has no query language\nhint: Use --service, --name, /,
    ],
    [
      `${bad.traceId} --b 'service=cart attr=n>=5' --profile jaeger`,
      /^error: B: Jaeger searches for equal attributes only: --attr key=value\nhint: Leave out --attr /,
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

  it.each([
    ['diff', `trace diff --a 'since=2d service=cart' --b 'service=cart'`, ', for each side.'],
    ['get --ids', 'trace get --ids -', ', for each trace.'],
    ['search', 'trace search --service cart', 'the result.'],
  ])('a snapshot: how often it is paid for (%s)', async (_, line, end) => {
    world.stdin = ['2545425d67bcf8862545425d67bcf886']
    const { stderr } = await world.type(`ls-auth ${line} --profile lightstep`)
    expect(stderr).toContain('It costs 1 of the 60 requests an hour of the whole organization,\n')
    expect(stderr).toMatch(new RegExp(`and up to 6 more to look at .*${end}\\n`))
  })

  it('stopped at the limit is said', async () => {
    const { stderr } = await diff(`--a 'service=frontend since=2d limit=3' ${bad.traceId} --profile tempo`)
    expect(stderr).toBe('note: A: of the first 3 traces that were found; more of them: --limit 15\n')
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
    expect(lines[1]).toMatch(/^what differs may be chance: compare more traces, at least \d+ on each side$/)
    expect(outcome.stdout).toMatch(
      /what differs, and may be chance, by self time\n +\+\d+ms {2}POST card-network {2}payment\n/,
    )
    expect(outcome.stdout).toMatch(/ POST card-network .* unsure\n/)
    expect(outcome.stdout).not.toMatch(/slower|faster/)
    expect(outcome.stdout.replace(/\n/g, ' ')).toContain('Where it may be chance, it is marked unsure.')
  })

  it('twelve against twelve can tell', async () => {
    const outcome = await diff(await sides(12))
    expect(outcome.stdout).toMatch(/^slower: /)
    expect(outcome.stdout).toMatch(/\nmost of it: .* in POST card-network, payment\n/)
    const whole = JSON.parse((await diff(`${await sides(12)} --json`)).stdout)
    expect(whole).toMatchObject({ change: 'slower', significant: true, least_traces: null })
    expect(whole.rows[0]).toMatchObject({ operation: 'POST card-network', significant: true })
  })

  it('--fail-if-slower: of what could not be shown nobody can say that it is not slower', async () => {
    const outcome = await diff(`${await sides(3)} --fail-if-slower 10%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stderr).toMatch(
      /^error: B is \d+\.\d% slower than A, and --fail-if-slower allows 10%; too few traces to tell whether it is chance\nhint: Compare at least \d+ traces on each side\.\n$/,
    )
    const told = await diff(`${await sides(12)} --fail-if-slower 10%`)
    expect(told.exit).toBe(5)
    expect(told.stderr).toContain(
      'hint: Look first at what got slowest in itself: POST card-network (payment)',
    )
  })

  it('--fail-if-slower: what got faster is not what to look at, and where nothing got slower nothing is', async () => {
    /** `steps` calls one after the other; the cache is the first. */
    const saveSide = (name: string, cacheMs: number, stepMs: (trace: number, step: number) => number) => {
      const spans = Array.from({ length: 8 }, (_, trace) => {
        const traceId = `a${trace}`
        let at = 0
        const call = (step: number) => {
          const ms = step === 0 ? cacheMs + trace / 10 : stepMs(trace, step)
          at += ms
          const name = step === 0 ? 'cache' : `step ${step}`
          return {
            ...{ traceId, parentId: '1', id: `${step + 16}`, name },
            ...{ timestamp: 1e9 + (at - ms) * 1000, duration: ms * 1000 },
          }
        }
        const calls = Array.from({ length: 13 }, (_, step) => call(step))
        return [{ traceId, id: '1', name: 'get /', timestamp: 1e9, duration: at * 1000 }, ...calls]
      })
      return writeFile(path(name), JSON.stringify(spans.flat()))
    }
    const line = `--a file=${path('a.json')} --b file=${path('b.json')} --fail-if-slower 5%`
    // Each step of each trace takes another share of its time, so that no step is sure, and all together are.
    const share = (trace: number, step: number) => 0.5 + ((trace * 5 + step * 3) % 8) / 7
    await saveSide('a.json', 30, (trace, step) => 20 * share(trace, step))
    await saveSide('b.json', 10, (trace, step) => 28 * share(trace, step))
    const outcome = await diff(line)
    expect(outcome.exit).toBe(5)
    expect(outcome.stderr).toMatch(
      /^error: B is \d+\.\d% slower than A, and --fail-if-slower allows 5%\nhint: Look first at what got slowest in itself, which may be chance: step \d+ \(.*\)\n$/,
    )
    // Each a little slower, and none by as much as counts.
    await saveSide('a.json', 20, () => 20)
    await saveSide('b.json', 20, () => 21.5)
    const small = await diff(line)
    expect(small.exit).toBe(5)
    expect(small.stderr).toMatch(
      /\nhint: No operation got slower in itself by enough to count: --full shows each\.\n$/,
    )
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
    expect(fewer.stdout).toMatch(/^B tends to be slower, but the medians differ too little to count: /)
    const half = await judged(10)
    expect(half.exit).toBe(5)
    expect(half.stderr).toContain('error: B is 400.0% slower than A, and --fail-if-slower allows 20%\n')
  })

  it('--fail-if-slower: a small difference of the medians is not sure since all tends the other way', async () => {
    const saveSide = (name: string, times: readonly number[]) =>
      writeFile(
        path(name),
        JSON.stringify(
          times.map((duration, i) => ({
            ...{ traceId: `c${i + 16}`, id: '1', name: 'get /', timestamp: 1e9, duration },
          })),
        ),
      )
    await saveSide('higher.json', [...Array(33).fill(99_900), ...Array(27).fill(900_000)])
    await saveSide('lower.json', [...Array(27).fill(10_000), ...Array(33).fill(100_000)])
    const many = (name: string) => `file=${path(name)} limit=100`
    const outcome = await diff(`--a '${many('higher.json')}' --b '${many('lower.json')}' --fail-if-slower 0%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stderr).toContain('error: B is 0.1% slower than A, ')
    expect(outcome.stderr).toContain('too few traces to tell whether it is chance')
  })

  it('--fail-if-slower: where about half of the traces have an operation, more traces are no advice', async () => {
    const saveSide = (name: string, misses: number) =>
      writeFile(
        path(name),
        JSON.stringify(
          Array.from({ length: 20 }, (_, i) => {
            const span = { traceId: `d${i + 16}`, timestamp: 1e9 }
            const root = { ...span, id: '1', name: 'get /', duration: i < misses ? 200_000 : 100_000 }
            const miss = { ...span, id: '2', parentId: '1', name: 'cache miss', duration: 100_000 }
            return i < misses ? [root, miss] : [root]
          }).flat(),
        ),
      )
    await saveSide('ten.json', 10)
    await saveSide('eleven.json', 11)
    const outcome = await diff(
      `--a file=${path('ten.json')} --b file=${path('eleven.json')} --fail-if-slower 20%`,
    )
    expect(outcome.exit).toBe(5)
    expect(outcome.stderr).toBe(
      'error: B is 33.3% slower than A, and --fail-if-slower allows 20%; it may be chance\nhint: About half of the traces have cache miss, so that more traces could not tell. Compare those that have it alone: name= in --a and --b.\n',
    )
  })

  it('--fail-if-slower: what may be chance has not passed, either', async () => {
    const [good, slow] = [before(12), slower(12)]
    await save('before.json', [...good.slice(0, 7), ...slow.slice(0, 5)])
    await save('after.json', [...good.slice(7), ...slow.slice(5)])
    const line = `--a file=${path('before.json')} --b file=${path('after.json')}`
    const outcome = await diff(`${line} --fail-if-slower 10%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stderr).toMatch(
      /^error: B is \d+\.\d% slower than A, and --fail-if-slower allows 10%; too few traces to tell whether it is chance\nhint: Compare more traces on each side\.\n$/,
    )
    const lines = outcome.stdout.split('\n')
    expect(lines[0]).toMatch(/^too few traces to tell: /)
    expect(lines[1]).toBe('what differs may be chance: compare more traces')
  })
})

describe('an empty side is exit 7', () => {
  it.each([
    ['is not there', 'nofile.json', undefined],
    ['is an empty list', 'empty-list.json', '[]'],
  ])('a file that %s: which side it is', async (_, name, text) => {
    if (text !== undefined) await writeFile(path(name), text)
    const { exit, stderr } = await diff(`${path('good.json')} --b file=${path(name)}`)
    expect(exit).toBe(7)
    expect(stderr).toMatch(new RegExp(`^error: B: .*${name}`))
  })

  it.each([
    [`${MISSING} ${bad.traceId} --profile tempo`, /has no trace/],
    [
      `--a 'service=nosuch since=2d' ${bad.traceId} --profile tempo`,
      /error: A: Tempo has no trace that fits\nhint: Look further back with --since/,
    ],
    [
      `${bad.traceId} --b 'service=nosuch' --profile jaeger`,
      /Jaeger knows no service "nosuch": ls-auth services --profile jaeger lists them/,
    ],
    [
      `--a 'service=chekout since=2d' ${bad.traceId} --profile tempo`,
      /error: A: Tempo has no trace that fits\nhint: Tempo knows no service "chekout" in this time; did you mean checkout\?/,
    ],
    [`nosuch.json ${bad.traceId} --profile tempo`, /there is no file nosuch\.json/],
  ])('%s', async (line, stderr) => {
    const outcome = await diff(line)
    expect(outcome).toMatchObject({ exit: 7, stdout: '' })
    expect(outcome.stderr).toMatch(stderr)
  })

  it('a trace without a duration cannot be judged: exit 5, and the comparison is there', async () => {
    await save('flat.json', [
      { ...good, spans: good.spans.map((span) => ({ ...span, startMicros: 1e15, endMicros: 1e15 })) },
    ])
    const outcome = await diff(`${path('flat.json')} ${path('bad.json')} --fail-if-slower 20%`)
    expect(outcome.exit).toBe(5)
    expect(outcome.stdout).toMatch(/^slower: 0s → /)
    expect(outcome.stderr).toMatch(
      /^error: --fail-if-slower cannot be judged: A has no duration\nhint: .+\n$/,
    )
  })

  describe('a root without an end has no duration: it is never called faster', () => {
    const unfinished = ({ traceId, spans }: TraceData): TraceData => ({
      traceId,
      spans: spans.map((span) => (span.parentId === undefined ? { ...span, endMicros: 0 } : span)),
    })
    const WHY = 'cannot be judged: a root of B has no end'

    it('two traces: cannot be judged, exit 5, and --json says why', async () => {
      await save('unfinished.json', [unfinished(bad)])
      const outcome = await diff(`${path('good.json')} ${path('unfinished.json')} --fail-if-slower 20%`)
      expect(outcome.exit).toBe(5)
      expect(outcome.stdout.split('\n')[0]).toBe(WHY)
      expect(outcome.stdout).toMatch(/^B {2}at least [\d.]+m?s, \d+ spans: /m)
      expect(outcome.stdout).not.toContain('-100%')
      expect(outcome.stdout).toMatch(/^POST \/checkout +frontend +1 +unknown$/m)
      expect(outcome.stderr).toMatch(
        /^error: --fail-if-slower cannot be judged: a root of B has no end\nhint: .+\n$/,
      )
      const { stdout } = await diff(`${path('good.json')} ${path('unfinished.json')} --json`)
      expect(JSON.parse(stdout)).toMatchObject({
        change: 'unknown',
        why_unknown: 'a root of B has no end',
        duration_b_ns: null,
        delta_ns: null,
        unfinished_a: 0,
        unfinished_b: 1,
      })
    })

    it('the other way round, and where the end lies before the start', async () => {
      await save('unfinished.json', [unfinished(bad)])
      const swapped = await diff(`${path('unfinished.json')} ${path('good.json')} --fail-if-slower 20%`)
      expect(swapped.stderr).toContain('error: --fail-if-slower cannot be judged: a root of A has no end')
      await save('reversed.json', [
        { ...bad, spans: bad.spans.map((span) => ({ ...span, endMicros: span.startMicros - 5 })) },
      ])
      const outcome = await diff(`${path('good.json')} ${path('reversed.json')} --fail-if-slower 20%`)
      expect(outcome.exit).toBe(5)
      expect(outcome.stdout).toContain('cannot be judged: a root of B ended before it began')
    })

    it('searches: unfinished roots are left out and counted; of more than half nobody can tell', async () => {
      const twelve = Array.from({ length: 12 }, (_, i) => makeTrace({ seed: 40 + i, fails: false }))
      const cut = (count: number) => twelve.map((one, i) => (i < count ? unfinished(one) : one))
      await save('twelve.json', twelve)
      await save('five-cut.json', cut(5))
      await save('seven-cut.json', cut(7))
      const sides = (b: string) =>
        `--a 'file=${path('twelve.json')}' --b 'file=${path(b)}' --fail-if-slower 900%`
      const few = await diff(`${sides('five-cut.json')} --json`)
      expect(few.exit).toBe(0)
      expect(few.stderr).toContain(
        'note: B: 5 of 12 traces have a root without a usable end: left out of the medians\n',
      )
      expect(JSON.parse(few.stdout)).toMatchObject({ traces_b: 7, unfinished_b: 5, change: 'same' })
      const most = await diff(sides('seven-cut.json'))
      expect(most.exit).toBe(5)
      expect(most.stdout).toContain('cannot be judged: in B 7 of 12 traces have a root without a usable end')
    })
  })

  describe('an incomplete trace is not taken for a whole one', () => {
    const rootless: TraceData = { ...bad, spans: bad.spans.filter(({ parentId }) => parentId !== undefined) }

    it('it lost its root: cannot be judged, exit 5, and --json says why', async () => {
      await save('rootless.json', [rootless])
      const sides = `${path('good.json')} ${path('rootless.json')}`
      const outcome = await diff(`${sides} --fail-if-slower 900%`)
      expect(outcome.exit).toBe(5)
      expect(outcome.stdout.split('\n')[0]).toBe('cannot be judged: B has no root')
      expect(outcome.stdout).toMatch(/^B {2}at least [\d.]+m?s, \d+ spans: /m)
      expect(outcome.stderr).toContain('error: --fail-if-slower cannot be judged: B has no root\n')
      expect(JSON.parse((await diff(`${sides} --json`)).stdout)).toMatchObject({
        ...{ change: 'unknown', why_unknown: 'B has no root', duration_b_ns: null, delta_ns: null },
        ...{ unfinished_b: 0, rootless_a: 0, rootless_b: 1, partial_b: 0 },
      })
    })

    it('a service behind a gateway whose spans go elsewhere: no trace has a root, and it is judged', async () => {
      const below = ({ traceId, spans }: TraceData): TraceData => ({
        traceId,
        spans: spans.filter(({ parentId }) => parentId !== undefined),
      })
      await save('below-good.json', [below(good)])
      await save('below-bad.json', [below(bad)])
      const sides = `${path('below-good.json')} ${path('below-bad.json')}`
      const slower = await diff(`${sides} --fail-if-slower 20%`)
      expect(slower.exit).toBe(5)
      expect(slower.stdout).toMatch(/^slower: /)
      expect(slower.stdout).toContain('\nneither has a root: compared from first start to last end\n')
      expect(slower.stderr).toMatch(/^error: B is [\d.]+% slower than A, and --fail-if-slower allows 20%$/m)
      const same = await diff(
        `${path('below-good.json')} ${path('below-good.json')} --fail-if-slower 20% --json`,
      )
      expect(same.exit).toBe(0)
      expect(JSON.parse(same.stdout)).toMatchObject({ change: 'same', rootless_a: 1, rootless_b: 1 })
      await save('below-usual.json', usual.map(below))
      const file = path('below-usual.json')
      const searches = await diff(`--a file=${file} --b file=${file} --fail-if-slower 20%`)
      expect(searches.exit).toBe(0)
      expect(searches.stdout).toContain(
        '\nmost traces of both have no root: compared from first start to last end\n',
      )
      expect(searches.stderr).not.toContain('left out')
    })

    it('Tempo gave only a part of both: cannot be judged, exit 5', async () => {
      tempo.mode = 'partial'
      const outcome = await diff(
        `${good.traceId} ${bad.traceId} --profile tempo --fail-if-slower 900% --json`,
      )
      tempo.mode = 'normal'
      expect(outcome.exit).toBe(5)
      expect(outcome.stderr).toContain('note: A: only a part of the trace is here: ')
      expect(JSON.parse(outcome.stdout)).toMatchObject({
        ...{ change: 'unknown', why_unknown: 'of A only a part is here, and of B only a part is here' },
        ...{ partial_a: 1, partial_b: 1 },
      })
    })

    it('searches: those without a root are left out of the medians and counted', async () => {
      await save('some-rootless.json', [...usual, rootless])
      const outcome = await diff(`${path('good.json')} --b file=${path('some-rootless.json')} --json`)
      expect(outcome.stderr).toContain('note: B: 1 of 6 traces has no root: left out of the medians\n')
      expect(JSON.parse(outcome.stdout)).toMatchObject({ traces_b: 5, rootless_b: 1, change: 'same' })
    })
  })

  it('an API that fails is exit 6, and nothing is half told', async () => {
    tempo.inFront = () => ({ status: 500 })
    const outcome = await diff(`--a 'service=frontend since=2d' ${path('bad.json')} --profile tempo`)
    tempo.inFront = undefined
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
  })

  it('traces that were found and are not there any more', async () => {
    tempo.inFront = (_, at) =>
      at.startsWith('/api/v2/traces/') || at.startsWith('/api/traces/') ? { status: 404 } : undefined
    const outcome = await diff(`--a 'service=frontend since=2d' ${path('bad.json')} --profile tempo`)
    tempo.inFront = undefined
    expect(outcome).toMatchObject({ exit: 7, stdout: '' })
    expect(outcome.stderr).toContain('none of the 7 traces that were found could be read')
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
