import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace, rootOf, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces: TraceData[] = Array.from({ length: 40 }, (_, i) => makeTrace({ seed: i + 1 }))
const ids = traces.map(({ traceId }) => traceId)
const [first = '', second = '', third = ''] = ids
const MISSING = '0123456789abcdef0123456789abcdef'

const lines = (text: string): string[] => text.split('\n').slice(0, -1)
const idOf = (line: string): string => {
  const value = JSON.parse(line)
  return value.traceId ?? value.resourceSpans[0].scopeSpans[0].spans[0].traceId
}
const idsIn = (text: string): string[] => lines(text).map(idOf)

let world: World
let list: string
let out: string
beforeEach(async () => {
  world = await openWorld()
  list = join(world.home, 'ids.txt')
  out = join(world.home, 'traces.out')
})
afterEach(() => world.close())

const profile = (backend: string, api: string) =>
  world.writeConfig(`[profiles.local]\nbackend = "${backend}"\napi = "${api}"\nauthorization = "none"\n`)
const written = () => readFile(out, 'utf8')

describe('a list of ids, at a Tempo', () => {
  let tempo: TempoApi
  beforeEach(async () => {
    tempo = await startTempoApi({ traces })
    await profile('tempo', tempo.url)
    await writeFile(list, ids.map((id) => `${id}\n`).join(''))
  })
  afterEach(() => tempo.close())
  const asked = () => tempo.requests.map(({ url }) => url.pathname.split('/').at(-1) as string)

  it('each trace is one line, in the order of the list: the value that --json prints for one', async () => {
    const outcome = await world.type(`ls-auth trace get --ids ${list}`)
    expect(outcome.exit).toBe(0)
    expect(outcome.stderr).toBe(
      'note: masked values that look like secrets or personal data; --show-sensitive shows them\n',
    )
    expect(idsIn(outcome.stdout)).toEqual(ids)
    const one = await world.type(`ls-auth trace get ${first} --json`)
    expect(JSON.parse(lines(outcome.stdout)[0] as string)).toEqual(JSON.parse(one.stdout))
    expect(outcome.stdout).toContain('[masked]')
  })

  it('on standard input, as NDJSON of search and of the record, with comments, twice and in other forms', async () => {
    world.stdin = [
      '\ufeff# yesterday\r\n',
      `{"time":"2026-11-25T09:00:00Z","trace_id":"${first}","status":200}`,
      '{"time":"2026-11-25T09:00:00Z","event":"sign-in","trace_id":null}',
      `{"traceId":"${second}","rootName":"GET /"}`,
      '',
      `  00-${third}-${rootOf(traces[2] as TraceData)?.spanId}-01`,
      first.toUpperCase(),
      Buffer.from(second, 'hex').toString('base64'),
    ]
    const outcome = await world.type('ls-auth trace get --ids - -o ndjson')
    expect(outcome.stderr).not.toContain('error')
    expect(outcome.exit).toBe(0)
    expect(idsIn(outcome.stdout)).toEqual([first, second, third])
    expect(asked()).toHaveLength(3)
  })

  it('a search is read on', async () => {
    const found = await world.type(
      'ls-auth trace search --from 2026-09-20 --to 2026-09-23 --limit 3 -o ndjson',
    )
    world.stdin = [found.stdout]
    const outcome = await world.type('ls-auth trace get --ids -')
    expect(outcome.exit).toBe(0)
    expect(idsIn(outcome.stdout)).toEqual(lines(found.stdout).map((line) => JSON.parse(line).traceId))
  })

  it('what may be there the next time is 6, and the same command asks for that one alone', async () => {
    await writeFile(list, `${first}\n${MISSING}\n${second}\n${third}\n`)
    tempo.inFront = (_, path) =>
      path.endsWith(second) ? { status: 500, body: 'querier is gone' } : undefined
    const command = `ls-auth trace get --ids ${list} --resume ${out}`
    const outcome = await world.type(command)
    expect(outcome).toMatchObject({ exit: 6, stdout: '' })
    expect(outcome.stderr).toContain(`failed: ${second}: `)
    expect(outcome.stderr).toContain(`failed: ${MISSING}: `)
    expect(outcome.stderr).toContain(
      `error: 2 of 4 ids could not be read\nhint: Run the same command again to retry those: ${command}`,
    )
    expect(idsIn(await written())).toEqual([first, third])
    tempo.inFront = undefined
    const before = asked().length
    const again = await world.type(command)
    expect(again).toMatchObject({ exit: 7, stdout: '' })
    expect(again.stderr).toContain('note: 2 of 4 are there already')
    expect(new Set(asked().slice(before))).toEqual(new Set([second, MISSING]))
    expect(idsIn(await written())).toEqual([first, third, second])
  })

  it.each(['ndjson', 'otlp'])(
    '%s: stopped at any byte, it goes on, and each is there once',
    async (format) => {
      await writeFile(list, `${ids.slice(0, 4).join('\n')}\n`)
      const command = `ls-auth trace get --ids ${list} -o ${format} --resume ${out}`
      expect((await world.type(command)).exit).toBe(0)
      const whole = await written()
      expect(idsIn(whole)).toEqual(ids.slice(0, 4))
      expect((await stat(out)).mode & 0o777).toBe(0o600)
      const ends = [...whole.matchAll(/\n/g)].map(({ index }) => index)
      const cuts = [0, 1, 12, 300, ...ends.flatMap((at) => [at - 1, at, at + 1, at + 2, at + 40])]
      for (const cut of cuts.filter((at) => at <= whole.length)) {
        await writeFile(out, whole.slice(0, cut))
        const before = asked().length
        const outcome = await world.type(command)
        expect([cut, outcome.exit, outcome.stdout]).toEqual([cut, 0, ''])
        expect(await written()).toBe(whole)
        // Whole lines are not asked for again.
        expect([cut, asked().length - before]).toEqual([cut, 4 - ends.filter((at) => at <= cut).length])
      }
    },
  )

  it.each([
    ['a file with something else', 'hello\n', 'ndjson', 1],
    ['one unfinished line of something else', first, 'ndjson', 1],
    ['the list itself', undefined, 'ndjson', 1],
    ['the other format', '{"resourceSpans":[]}\n', 'ndjson', 1],
    ['an OTLP document with more in it, without a line break', '{"resourceSpans":[],"x":1}', 'otlp', 1],
    ['an empty OTLP document, without a line break', '{"resourceSpans":[]}', 'otlp', 1],
    ['spans a line', `{"traceId":"${first}","spanId":"00"}\n`, 'otlp', 1],
  ])('%s is not touched: exit 2', async (_, content, format, line) => {
    const path = content === undefined ? list : out
    if (content !== undefined) await writeFile(out, content)
    const before = await readFile(path, 'utf8')
    const outcome = await world.type(`ls-auth trace get --ids ${list} -o ${format} --resume ${path}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain(`line ${line} of ${path} is not output of --ids -o ${format}`)
    expect(await readFile(path, 'utf8')).toBe(before)
    expect(asked()).toEqual([])
  })

  it('a limit that one request meets is waited for by all of them, and nothing is lost', async () => {
    world.fastForward = true
    let limited = 0
    let sentWhileLimited = 0
    let until = 0
    tempo.inFront = (n) => {
      const now = Date.now() + world.clockOffset
      if (now < until - 50) sentWhileLimited += 1
      if (n !== 12) return undefined
      limited += 1
      until = now + 30_000
      return { status: 429, headers: { 'retry-after': '30' } }
    }
    const outcome = await world.type(`ls-auth trace get --ids ${list}`)
    expect(outcome.exit).toBe(0)
    expect(idsIn(outcome.stdout)).toEqual(ids)
    expect(limited).toBe(1)
    // Those that were on their way at that moment.
    expect(sentWhileLimited).toBeLessThan(8)
    expect(Math.max(...world.slept)).toBeGreaterThan(29_000)
  })

  it('an API that lets nobody in, or fails for all, is told once and at once', async () => {
    tempo.inFront = () => ({ status: 403, body: 'no' })
    const refused = await world.type(`ls-auth trace get --ids ${list}`)
    expect(refused).toMatchObject({ exit: 11, stdout: '' })
    expect(refused.stderr).toMatch(/^error: .* denied you access \(HTTP 403\)\nhint: /)
    expect(refused.stderr).toContain(
      'stopped: 40 ids are left. When this works again: ls-auth trace get --ids',
    )
    expect(asked().length).toBeLessThan(20)
    await tempo.close()
    const down = await world.type(`ls-auth trace get --ids ${list} --timeout 1`)
    expect(down).toMatchObject({ exit: 6, stdout: '' })
    const named = down.stderr.match(/^failed: /gm)?.length ?? 0
    expect(named).toBeGreaterThan(10)
    expect(named).toBeLessThan(30)
    expect(down.stderr).toContain(`stopped: ${40 - named} ids are left.`)
  })
})

describe('what does not go together is exit 2, and nothing is asked', () => {
  it.each([
    ['trace get', 'missing trace id', '--ids FILE'],
    [`trace get ${MISSING} --ids x`, '--ids replaces the id', 'Give one of them.'],
    [`trace get ${MISSING} --resume x`, '--resume goes with --ids', '--ids FILE'],
    ['trace get --ids x --span 00f067aa0ba902b7', '--span is for one trace', '-o ndjson|otlp, --resume'],
    ['trace get --ids x --skew', '--skew is for one trace', '--show-sensitive'],
    ['trace get --ids x --no-bars', '--no-bars is for one trace', '--resume'],
    ['trace get --ids x --trace 4bf92f3577b34da6a3ce929d0e0e4736', '--trace is for one trace', '--resume'],
    ['trace get --ids x --details', '--details is for one trace', '--resume'],
    ['trace get --ids x --show-ids', '--show-ids is for one trace', '--resume'],
    ['trace get --ids x --full', '--full is for one trace', '--resume'],
    ['trace get --ids x -o waterfall', '--ids cannot write waterfall', '-o ndjson or -o otlp'],
    ['trace get --ids x -o csv', '--ids cannot write csv', '-o ndjson or -o otlp'],
    ['trace get --ids x --resume -', '--resume needs a file', 'drop --resume'],
    ['trace get --ids ""', '--ids is empty', 'drop it'],
    [
      'trace get --ids x --file y',
      '--file is for one trace, but --ids fetches whole traces',
      '--ids supports',
    ],
  ])('%s', async (line, message, hint) => {
    const outcome = await world.type(`ls-auth ${line}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain(`error: ${message}`)
    expect(outcome.stderr).toContain(hint)
  })
})

describe('a list of span ids, at a Lightstep behind a gateway', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
    stage.api.traces = traces
    expect(await stage.world.type(stage.login())).toMatchObject({ exit: 0 })
    list = join(stage.world.home, 'ids.txt')
    out = join(stage.world.home, 'traces.out')
  })
  afterEach(() => stage.close())
  const roots = traces.map((trace) => rootOf(trace)?.spanId as string)

  it('each trace once, though several of its spans are named; a resumed run knows all of them', async () => {
    const inside = (traces[1] as TraceData).spans.map(({ spanId }) => spanId).slice(0, 5)
    await writeFile(list, [roots[0], ...inside, roots[2]].join('\n'))
    const command = `ls-auth trace get --ids ${list} --resume ${out}`
    expect(await stage.world.type(command)).toMatchObject({ exit: 0, stdout: '' })
    expect(idsIn(await written())).toEqual(ids.slice(0, 3))
    const before = stage.gateway.requests
    expect(await stage.world.type(command)).toMatchObject({ exit: 0, stdout: '' })
    expect(stage.gateway.requests).toBe(before)
  })
})
