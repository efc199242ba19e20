import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
/** Nanoseconds of a moment so many milliseconds after the start of the traces. */
const at = (ms: number) => String(BigInt(NOW - 60_000 + ms) * 1_000_000n)
const idOf = (number: number) => `abc${number}`.padStart(32, '0')

/** Ends in milliseconds after the start; undefined: the program was killed before it could report one. */
interface Order {
  readonly root?: number
  readonly db?: number
}

const span = (
  trace: number,
  id: string,
  parent: string | undefined,
  name: string,
  from: number,
  to?: number,
) => ({
  traceId: idOf(trace),
  spanId: id.padStart(16, '0'),
  ...(parent !== undefined && { parentSpanId: parent.padStart(16, '0') }),
  name,
  startTimeUnixNano: at(from),
  ...(to !== undefined && { endTimeUnixNano: at(to) }),
  attributes: [{ key: 'customer', value: { stringValue: `c${trace}` } }],
})

const orderLine = ({ root, db }: Order, i: number): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
        scopeSpans: [
          {
            scope: {},
            spans: [span(i + 1, '1', undefined, 'POST /order', 0, root), span(i + 1, '2', '1', 'db', 10, db)],
          },
        ],
      },
    ],
  })

/** Three of six roots were cut off: one whose call ended, two whose call did not. */
const SIX: readonly Order[] = [
  { db: 60 },
  { root: 200, db: 110 },
  {},
  { root: 400, db: 210 },
  {},
  { root: 600, db: 310 },
]

let world: World
let six: string
beforeAll(async () => {
  world = await openWorld({ columns: 120 })
  world.clockOffset = NOW - Date.now()
  six = await save('six.ndjson', SIX)
})
afterAll(() => world.close())

async function save(name: string, orders: readonly Order[]): Promise<string> {
  const file = join(world.home, name)
  await writeFile(file, `${orders.map(orderLine).join('\n')}\n`)
  return file
}

const type = (line: string) => world.type(`ls-auth trace ${line}`)
async function idsOf(flags: string): Promise<number[]> {
  const { exit, stdout, stderr } = await type(`search --file ${six} ${flags} --json`)
  expect(exit, stderr).toBe(0)
  const { traces } = JSON.parse(stdout) as { traces: { traceId: string }[] }
  return traces.map(({ traceId }) => Number(traceId.slice(-1))).sort()
}

describe('a list of traces some of whose roots have no end', () => {
  it('says so in place of a duration, and leaves them out of the percentiles and the histogram', async () => {
    const { stdout, stderr } = await type(`search --file ${six}`)
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('6 traces  p50 400ms  p99 600ms')
    expect(lines[1]).toMatch(/^200ms .* 600ms$/)
    const cells = (trace: number) => lines.find((line) => line.startsWith(idOf(trace)))?.split(/ {2,}/)
    expect(cells(1)?.slice(4, 6)).toEqual(['no end', '1m'])
    expect(cells(1)).toHaveLength(6)
    expect(cells(2)?.[4]).toBe('200ms')
    expect(cells(2)?.[6]).toMatch(/^\S+$/)
    expect(stderr).toContain(
      'note: 3 of 6 traces have a root without a usable end: left out of p50, p99 and the histogram\n',
    )
  })

  it('none has an end: there is no percentile, and nothing to divide by', async () => {
    const file = await save('none.ndjson', [{ db: 60 }, {}])
    const { exit, stdout, stderr } = await type(`search --file ${file}`)
    expect(exit).toBe(0)
    expect(stdout.split('\n').slice(0, 2)).toEqual(['2 traces  no duration is known', ''])
    expect(stdout).not.toMatch(/NaN|Infinity|0s/)
    expect(stderr).toContain('note: 2 of 2 traces have a root without a usable end: left out of')
  })

  it('in JSON it is null', async () => {
    const { stdout } = await type(`search --file ${six} --json`)
    const { traces } = JSON.parse(stdout) as { traces: { traceId: string; durationNanos: string | null }[] }
    const found = new Map(traces.map((one) => [one.traceId, one.durationNanos]))
    expect([1, 2, 3].map((trace) => found.get(idOf(trace)))).toEqual([null, '200000000', null])
  })

  it('--max does not match what may have taken longer; --min matches what took so long already', async () => {
    expect(await idsOf('--max 250ms')).toEqual([2])
    expect(await idsOf('--min 50ms')).toEqual([1, 2, 4, 6])
    expect(await idsOf('--min 100ms')).toEqual([2, 4, 6])
    expect(await idsOf('--min 50ms --max 450ms')).toEqual([2, 4])
    // Of spans, too.
    expect(await idsOf("--name 'POST /order' --min 50ms")).toEqual([1, 2, 4, 6])
    expect(await idsOf("--name 'POST /order' --min 100ms")).toEqual([2, 4, 6])
    expect(await idsOf("--name 'POST /order' --min 50ms --max 450ms")).toEqual([2, 4])
    expect(await idsOf('--name db --max 150ms')).toEqual([1, 2])
  })
})

describe('one trace whose root has no end', () => {
  const AT_LEAST = 'at least 60.0ms (the root has no end)'

  it.each(['', '-o agent', '-o md', '-o svg', '-o html', '--plain'])(
    'trace get %s says as much as is known',
    async (flags) => {
      const { stdout } = await type(`get ${six} --trace ${idOf(1)} ${flags}`)
      expect(stdout).toContain(AT_LEAST)
    },
  )

  it('nor when only a part of it is asked for: the first line is of the whole trace', async () => {
    const { stdout } = await type(`get ${six} --trace ${idOf(1)} --span ${'2'.padStart(16, '0')} -o agent`)
    expect(stdout.split('\n')[0]).toContain('at least 60.0ms (the root has no end), 2 spans')
    expect(stdout).not.toContain('100%')
  })

  it('nor is a duration made up in JSON, which can be read back', async () => {
    const { stdout } = await type(`get ${six} --trace ${idOf(1)} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ durationNanos: null, spans: [{ marks: ['end-missing'] }, {}] })
    const file = join(world.home, 'own.json')
    await writeFile(file, stdout)
    expect((await type(`get ${file}`)).stdout).toContain(AT_LEAST)
  })

  it('at 60 columns the words have a line of their own', async () => {
    const narrow = await openWorld({ columns: 60 })
    try {
      const file = join(narrow.home, 'one.json')
      await writeFile(file, orderLine({ db: 60 }, 0))
      const { stdout } = await narrow.type(`ls-auth trace get ${file}`)
      expect(stdout.split('\n').some((line) => line.startsWith(AT_LEAST))).toBe(true)
    } finally {
      await narrow.close()
    }
  })

  it('nor in CSV, whose cells of what is not known are empty', async () => {
    const { stdout } = await type(`get ${six} --trace ${idOf(1)} -o csv`)
    const [head, root, db] = stdout.split('\r\n').map((line) => line.split(',').slice(10, 12).join(','))
    expect([head, root, db]).toEqual(['duration_ns,self_ns', ',', '50000000,50000000'])
  })

  it('nothing is known but its start: no duration', async () => {
    const { stdout } = await type(`get ${await save('root-alone.json', [{}])} --json`)
    const { spans } = JSON.parse(stdout) as { spans: object[] }
    const file = join(world.home, 'alone.json')
    await writeFile(file, JSON.stringify({ ...JSON.parse(stdout), spans: spans.slice(0, 1) }))
    expect((await type(`get ${file}`)).stdout).toContain('no duration (the root has no end)')
  })
})

describe('why are they slow, where some calls never ended?', () => {
  const NOTE = 'note: 5 spans have no usable end: left out\n'

  it('those are neither slow nor fast: left out of the percentile and of both groups, and counted', async () => {
    const { exit, stdout, stderr } = await type(`why --file ${six} --slower-than p50`)
    expect(exit).toBe(0)
    expect(stdout.split('\n')[0]).toBe('3 of 7 spans in 6 traces took more than 200ms.')
    expect(stderr).toContain(NOTE)
    const fixed = await type(`why --file ${six} --slower-than 250ms --json`)
    expect(JSON.parse(fixed.stdout)).toMatchObject({
      ...{ spans: 7, selection_count: 3, baseline_count: 4, unfinished: 5 },
    })
    expect(fixed.stderr).toContain(NOTE)
  })

  it('with --error each span counts, since a call without an end can have failed', async () => {
    const file = await save('failed.ndjson', SIX)
    const { stderr } = await type(`why --file ${file} --error`)
    expect(stderr).toContain('error: none of the 12 spans that fit failed')
  })

  it('nothing else is there: it says so', async () => {
    const file = await save('no-end.ndjson', [{}, {}])
    const none = await type(`why --file ${file} --slower-than p50`)
    expect(none).toMatchObject({ exit: 7, stdout: '' })
    expect(none.stderr).toContain('error: none of the 4 spans that fit has a usable end')
    const fast = await type(`why --file ${six} --slower-than 5s`)
    expect(fast.stderr).toContain(
      'error: none of the 7 spans that fit took so long; 5 more have no usable end',
    )
  })
})

describe('where does the time go, where some calls never ended?', () => {
  it('percentiles are of the calls that ended, and how many did not is said', async () => {
    const { stdout } = await type(`breakdown --file ${six}`)
    const [head, note, self, , columns, ...rows] = stdout.split('\n')
    expect(head).toBe('6 traces · 12 spans · 0 errors · at least 1.28s in all')
    expect(note).toBe(
      '3 traces have a root without a usable end: their time is counted as far as it is known',
    )
    expect(self).toBe('SELF leaves out 5 spans: they, or what they called, have no usable end')
    expect(stdout).not.toContain('after the end of the root')
    expect(columns).toMatch(/NO TIME +P50 +P99/)
    expect(rows.find((row) => row.includes('POST /order'))).toMatch(/ 6 +6 +0 +3 +400ms +600ms /)
    expect(rows.find((row) => row.includes('db'))).toMatch(/ 6 +6 +0 +2 +100ms +300ms /)
  })

  it('in JSON; the shares of all traces add up to the time that is known', async () => {
    const { stdout } = await type(`breakdown --file ${six} --json`)
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({ root_ns: 1_280e6, tail_ns: 0, tail_traces: 0, unfinished_traces: 3 })
    const order = told.rows.find((row: { operation: string }) => row.operation === 'POST /order')
    expect(order).toMatchObject({ calls: 6, unfinished: 3, p50_ns: 400e6, p99_ns: 600e6 })
    const path = told.rows.map((row: { critical_path_ns: number }) => row.critical_path_ns)
    expect(path.reduce((sum: number, one: number) => sum + one, 0)).toBe(1_280e6)
  })

  it('no call of an operation ended: it has no percentile', async () => {
    const file = await save('no-end.ndjson', [{}, {}])
    const { stdout } = await type(`breakdown --file ${file}`)
    expect(stdout).toMatch(/POST \/order +2 +2 +0 +2 +unknown +unknown /)
    const rows = JSON.parse((await type(`breakdown --file ${file} --json`)).stdout).rows
    expect(rows[0]).toMatchObject({ p50_ns: null, p99_ns: null })
    const graph = await type(`breakdown --file ${file} --by operation --graph`)
    expect(graph.stdout).toMatch(/db +2 +2 +0 +2 +unknown +unknown$/m)
  })

  it('where all have an end nothing is said of it', async () => {
    const file = await save('whole.ndjson', [{ root: 200, db: 110 }])
    expect((await type(`breakdown --file ${file}`)).stdout).not.toMatch(/NO TIME|at least|usable/)
  })
})

describe('each command counts the same traces, and says of what the end is not known', () => {
  const line = (trace: number, ...spans: readonly ReturnType<typeof span>[]) =>
    JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: spans.map((one) => ({ ...one, traceId: idOf(trace) })) }] }],
    })
  const whole = line(1, span(1, '1', undefined, 'GET /', 0, 100))
  /** A root without an end beside one that took longer than is known of the first. */
  const several = line(2, span(2, '1', undefined, 'GET /', 0, 300), span(2, '2', undefined, 'hung', 50))
  const root = line(3, span(3, '1', undefined, 'GET /', 0))
  const part = line(4, span(4, '1', '9', 'late', 0), span(4, '2', '1', 'db', 10, 40))

  it.each([
    ['2 of 3', '2 traces have', 'their', 'a root', [whole, several, root]],
    ['1 of 2', '1 trace has', 'its', 'a part', [whole, part]],
    ['3 of 4', '3 traces have', 'their', 'a root or a part', [whole, several, root, part]],
  ])('%s: search, breakdown and diff', async (of, have, their, top, lines) => {
    const file = join(world.home, 'several.ndjson')
    await writeFile(file, `${lines.join('\n')}\n`)
    const verb = have.split(' ')[2]
    const says = `${of} traces ${verb} ${top} without a usable end`
    expect((await type(`search --file ${file}`)).stderr).toContain(`note: ${says}: left out of p50`)
    const { stdout } = await type(`breakdown --file ${file}`)
    expect(stdout).toContain(
      `\n${have} ${top} without a usable end: ${their} time is counted as far as it is known\n`,
    )
    const told = JSON.parse((await type(`breakdown --file ${file} --json`)).stdout)
    expect(told.unfinished_traces).toBe(Number(of[0]))
    const diff = await type(`diff --a file=${file} --b file=${file} --json`)
    const compared = JSON.parse(diff.stdout)
    expect(compared.unfinished_a).toBe(Number(of[0]))
    expect(diff.stderr + compared.why_unknown).toContain(says)
  })

  it.each([
    ["B's root has no end", 'no duration', root],
    ['a root of B has no end', 'at least 300ms', several],
    ['a part of B has no end', 'at least 40.0ms', part],
  ])('diff of two traces: %s; how long it took is said as trace get says it', async (says, took, text) => {
    for (const [name, one] of Object.entries({ whole, text }))
      await writeFile(join(world.home, name), `${one}\n`)
    const { stdout } = await type(`diff ${join(world.home, 'whole')} ${join(world.home, 'text')}`)
    expect(stdout.split('\n')[0]).toBe(`cannot be judged: ${says}`)
    expect(stdout).toMatch(new RegExp(`^B {2}${took}, \\d spans?: `, 'm'))
    expect((await type(`get ${join(world.home, 'text')}`)).stdout).toContain(`${took} (`)
  })
})

describe('the self time of what called it: it may have waited all the time, so nobody can tell', () => {
  /** The root took 200 ms, and called what has no end at 10 ms; the second trace is whole. */
  let hung: string
  beforeAll(async () => {
    hung = await save('hung.ndjson', [{ root: 200 }, { root: 300, db: 110 }])
  })

  it('trace get does not name it as the slowest, and says that it is not known', async () => {
    const get = async (flags: string) => (await type(`get ${hung} --trace ${idOf(1)} ${flags}`)).stdout
    expect(await get('')).toMatch(/^POST \/order +checkout +200ms +█/m)
    for (const flags of ['', '--plain', '-o agent', '-o md', '-o html'])
      expect(await get(flags), flags).not.toMatch(/slowest by self time|self 200ms/)
    for (const flags of ['--plain', '-o agent'])
      expect(await get(flags), flags).toMatch(/POST \/order {2}200ms .*self not known$/m)
    const NOT_KNOWN = '200ms, self not known: a call has no usable end'
    expect(await get('--details')).toMatch(new RegExp(`^ +duration +${NOT_KNOWN}$`, 'm'))
    expect(await get('-o html')).toContain(`duration: ${NOT_KNOWN}`)
    // Of the other trace it is known.
    expect((await type(`get ${hung} --trace ${idOf(2)} -o agent`)).stdout).toContain('self 200ms')
  })

  it('-o csv leaves the cell empty', async () => {
    const { stdout } = await type(`get ${hung} --trace ${idOf(1)} -o csv`)
    expect(stdout).toMatch(/,POST \/order,[^\n]*,200000000,,"/)
  })

  it('trace breakdown sums up what is known, and says of how many calls it is not', async () => {
    const { stdout } = await type(`breakdown --file ${hung}`)
    expect(stdout).toContain('\nSELF leaves out 2 spans: they, or what they called, have no usable end\n')
    // Of 500 ms in all, 200 were told as its own where nobody can tell.
    expect(stdout).toMatch(/POST \/order +2 +2 +0 +0 +200ms +300ms +200ms /)
    const { rows } = JSON.parse((await type(`breakdown --file ${hung} --json`)).stdout)
    expect(rows).toMatchObject([
      { operation: 'POST /order', self_ns: 200e6, self_unknown: 1 },
      { operation: 'db', self_ns: 100e6, self_unknown: 1 },
    ])
  })

  it('of no call is it known: the row has none', async () => {
    const file = await save('all-hung.ndjson', [{ root: 200 }])
    const { stdout } = await type(`breakdown --file ${file}`)
    expect(stdout).toMatch(/POST \/order +1 +1 +0 +0 +200ms +200ms +not known +100%/)
    const { rows } = JSON.parse((await type(`breakdown --file ${file} --json`)).stdout)
    expect(rows).toMatchObject([
      { self_ns: null, self_unknown: 1 },
      { self_ns: null, self_unknown: 1 },
    ])
  })
})

it('trace get: its row and its details have no time for it, but what is known to be on the critical path', async () => {
  const { exit, stdout } = await type(`get ${six} --trace ${idOf(3)} --details`)
  expect(exit).toBe(0)
  // The call began after 10 ms: so long the root ran.
  expect(stdout).toMatch(/^POST \/order +checkout +no end +█+$/m)
  expect(stdout).toMatch(/^ +critical path +at least 10.0ms, 100% of it: it has no end$/m)
  expect(stdout).toMatch(/^└ db +no end +[╸╺]?$/m)
  expect(stdout).toMatch(/^ +duration +no end$/m)
  expect(stdout).toMatch(/^ +critical path +not known: it has no end$/m)
  expect(stdout).not.toMatch(/\b0s$/m)
  for (const flags of ['--plain', '-o agent']) {
    const spoken = (await type(`get ${six} --trace ${idOf(3)} ${flags}`)).stdout
    expect(spoken).toMatch(/POST \/order {2}no end/)
    expect(spoken).not.toMatch(/self 0s/)
  }
  const html = (await type(`get ${six} --trace ${idOf(3)} -o html`)).stdout
  expect(html).toContain('no end')
})

describe('a call of which only the end was reported: nobody can tell how long it took', () => {
  const NO_START = { startTimeUnixNano: '0', endTimeUnixNano: at(90) }
  let half: string
  beforeAll(async () => {
    half = join(world.home, 'half.json')
    const text = orderLine({ root: 100, db: 60 }, 0)
    const { startTimeUnixNano, endTimeUnixNano } = { startTimeUnixNano: at(10), endTimeUnixNano: at(60) }
    const times = JSON.stringify({ startTimeUnixNano, endTimeUnixNano }).slice(1, -1)
    await writeFile(half, text.replace(times, JSON.stringify(NO_START).slice(1, -1)))
  })

  it('trace get says so in place of a duration, for people and for agents', async () => {
    for (const flags of ['--plain', '-o agent']) {
      const { stdout } = await type(`get ${half} ${flags}`)
      expect(stdout).toMatch(/ {2}db {2}unknown /)
      expect(stdout).toContain('POST /order  100ms  checkout  at 0s  critical 100ms  self not known')
      expect(stdout).not.toMatch(/db {2}0s/)
    }
    const { stdout } = await type(`get ${half} --span ${'2'.padStart(16, '0')}`)
    expect(stdout).toContain('duration       unknown\n')
    expect(stdout).toContain('critical path  not known: it has no start\n')
  })

  it('-o csv leaves the cells empty', async () => {
    const rows = (await type(`get ${half} -o csv`)).stdout.split('\n')
    expect(rows[1]).toContain(',100000000,,')
    expect(rows[2]).toContain(',checkout,db,unspecified,unset,,,,,')
  })

  it('trace breakdown counts it apart, trace diff calls it unknown, --max leaves it out', async () => {
    const { stdout } = await type(`breakdown --file ${half} --json`)
    const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] }
    expect(rows.find(({ operation }) => operation === 'db')).toMatchObject({
      unfinished: 1,
      p50_ns: null,
      self_ns: null,
    })
    const whole = await save('whole.ndjson', [{ root: 100, db: 60 }])
    const diff = await type(`diff ${half} ${whole} --json`)
    const compared = JSON.parse(diff.stdout) as { rows: Record<string, unknown>[] }
    expect(compared.rows.find(({ operation }) => operation === 'db')).toMatchObject({
      total_a_ns: null,
      total_b_ns: 50_000_000,
      change: 'unknown',
    })
    const found = await type(`search --file ${half} --name db --max 10ms`)
    expect(found.stdout).not.toContain(idOf(1))
  })
})

describe('many equal calls, some of which never ended: figures are of the others', () => {
  const callsOf = (count: number, ended: number) => ({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            scope: {},
            spans: [
              span(1, '1', undefined, 'GET /', 0, 100),
              ...Array.from({ length: count }, (_, i) =>
                span(1, `${i + 2}`, '1', 'SELECT', i * 5, i < ended ? i * 5 + 4 : undefined),
              ),
            ],
          },
        ],
      },
    ],
  })
  const saved = async (count: number, ended: number) => {
    const file = join(world.home, `calls-${count}-${ended}.json`)
    await writeFile(file, JSON.stringify(callsOf(count, ended)))
    return file
  }

  it('the row and the finding say how many have none', async () => {
    const file = await saved(12, 8)
    const shown = (await type(`get ${file}`)).stdout
    expect(shown).toContain('under GET /: 32.0ms in all, about 4.00ms each, 4 of unknown duration')
    expect(shown).toMatch(/12× SELECT {2}p50 4.00ms {2}p99 4.00ms {2}4 of unknown duration .*Σ32.0ms/)
    for (const flags of ['--plain', '-o agent']) {
      const { stdout } = await type(`get ${file} ${flags}`)
      expect(stdout).toContain(
        '12 times SELECT  32.0ms in all  shop  at 0s  4 of unknown duration  p50 4.00ms',
      )
    }
    expect((await type(`get ${file} -o html`)).stdout).toContain(
      '12 equal spans: p50 4.00ms, p99 4.00ms, sum 32.0ms, 4 of unknown duration',
    )
    expect((await type(`get ${file} -o svg`)).stdout).toContain(
      'SELECT, shop, Σ32.0ms, 4 of unknown duration',
    )
  })

  it('none has an end: there are no figures, and nothing says that they are alike', async () => {
    const file = await saved(12, 0)
    for (const flags of ['', '--plain', '-o agent', '-o svg', '-o html']) {
      const { stdout } = await type(`get ${file} ${flags}`)
      expect(stdout, flags).toContain('no end')
      expect(stdout, flags).not.toMatch(/p50|Σ\d|N\+1|[ Σ>]0s in all/)
    }
  })

  it('all have one: nothing is said of it', async () => {
    const { stdout } = await type(`get ${await saved(12, 12)}`)
    expect(stdout).toContain('about 4.00ms each, one after another')
    expect(stdout).not.toContain('of unknown duration')
  })

  it('of calls whose end is known, and not the start, it is not said that they have none', async () => {
    const calls = callsOf(12, 12)
    const spans = calls.resourceSpans[0]?.scopeSpans[0]?.spans ?? []
    const lost = spans.map(({ startTimeUnixNano, ...rest }, i) =>
      i > 8 ? rest : { ...rest, startTimeUnixNano },
    )
    const file = join(world.home, 'calls-lost.json')
    await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: {}, spans: lost }] }] }))
    const { stdout } = await type(`get ${file}`)
    expect(stdout).toMatch(/12× SELECT .* 4 of unknown duration /)
    expect(stdout).not.toMatch(/without an end(?! time)|no end/)
  })

  it('a picture says so of one call, too', async () => {
    const { stdout } = await type(`get ${await saved(1, 0)} -o svg`)
    expect(stdout).toContain('SELECT, shop, no end')
  })
})

describe('what the answer waited for, where a call inside never ended', () => {
  /** A call to pay that has no end, with a query below that has; after 80 ms nothing is known. */
  const inside = (pay?: number) => {
    const spans = [
      span(1, '1', undefined, 'GET /', 0, 100),
      span(1, '2', '1', 'pay', 10, pay),
      span(1, '3', '2', 'query', 20, 80),
    ]
    return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: {}, spans }] }] })
  }
  let open: string
  let shut: string
  beforeAll(async () => {
    open = join(world.home, 'inside.json')
    shut = join(world.home, 'shut.json')
    await writeFile(open, inside())
    await writeFile(shut, inside(90))
  })
  const detailsOf = async (file: string, id: string) => {
    const { stdout } = await type(`get ${file} --span ${id.padStart(16, '0')}`)
    return stdout.split('\n').find((line) => line.startsWith('  critical path'))
  }

  it('what is below it is on the path, in each form; of how much nobody is sure is said', async () => {
    const agent = (await type(`get ${open} -o agent`)).stdout
    const path = agent.split('critical path, ')[1]?.split('\n\n')[0]
    expect(path?.split('\n')).toEqual([
      '100ms in all',
      expect.stringMatching(/^ {3}30.0ms {2}30% .*GET \/$/),
      expect.stringMatching(/^ {3}10.0ms {2}10% .*pay$/),
      expect.stringMatching(/^ {3}60.0ms {2}60% .*query$/),
      '  2 of these have no usable end, or called what has none: their times are told as far as they are known',
    ])
    const plain = (await type(`get ${open} --plain`)).stdout
    expect(plain).toMatch(/GET \/ .*critical 30.0ms {2}self not known\n {2}pay {2}no end .*critical 10.0ms\n/)
    const { rows } = JSON.parse((await type(`breakdown --file ${open} --json`)).stdout) as {
      rows: { operation: string; critical_path_ns: number }[]
    }
    expect(rows.map((row) => [row.operation, row.critical_path_ns / 1e6])).toEqual([
      ['query', 60],
      ['GET /', 30],
      ['pay', 10],
    ])
  })

  it('the details of each say how sure that is', async () => {
    expect(await detailsOf(open, '1')).toBe(
      '  critical path  at most 30.0ms, 30% of it; with what is below it 100ms, 100%: a call has no usable end',
    )
    expect(await detailsOf(open, '2')).toBe(
      '  critical path  at least 10.0ms, 10% of it; with what is below it 70.0ms, 70%: it has no end',
    )
    expect(await detailsOf(open, '3')).toBe('  critical path  60.0ms, 60% of it')
  })

  it('below a root without an end, too: what is known of it is the whole', async () => {
    const { stdout } = await type(`get ${six} --trace ${idOf(1)} -o agent`)
    expect(stdout).toContain('critical path, 60.0ms in all')
    const details = await type(`get ${six} --trace ${idOf(1)} --span ${'2'.padStart(16, '0')}`)
    expect(details.stdout).toContain('critical path  50.0ms, 83% of it\n')
  })

  it('who sends a message waits for nobody: where it is consumed is not its time', async () => {
    const file = join(world.home, 'message.json')
    const sent = [span(1, '1', undefined, 'GET /', 0, 100), { ...span(1, '2', '1', 'publish', 10), kind: 4 }]
    const spans = [...sent, { ...span(1, '3', '2', 'consume', 60, 90), kind: 5 }]
    await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: {}, spans }] }] }))
    expect(await detailsOf(file, '2')).toBe('  critical path  not known: it has no end')
    expect((await type(`get ${file} -o agent`)).stdout).toMatch(/100ms 100% .*GET \/$/m)
    const found = await type(`search --file ${file} --name publish --min 50ms --json`)
    expect(JSON.parse(found.stdout)).toMatchObject({ traces: [] })
  })

  it('of a call without both times only what ran below it is known', async () => {
    const file = join(world.home, 'no-start.json')
    const { startTimeUnixNano: _, ...lost } = span(1, '2', '1', 'lost', 0)
    const spans = [span(1, '1', undefined, 'GET /', 0, 100), lost, span(1, '3', '2', 'query', 80, 85)]
    await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: {}, spans }] }] }))
    expect(await detailsOf(file, '2')).toBe(
      '  critical path  at least 5.00ms, 5% of it, in what is below it: it has no end',
    )
    expect(await detailsOf(file, '1')).toBe(
      '  critical path  at most 95.0ms, 95% of it; with what is below it 100ms, 100%: a call has no usable end',
    )
  })

  it('where all have an end nothing is said of it', async () => {
    expect((await type(`get ${shut} -o agent`)).stdout).not.toContain('usable end')
    expect(await detailsOf(shut, '2')).not.toMatch(/at (least|most)/)
  })
})

describe('a format without a place for a missing end: the loss is told', () => {
  it('-o jaeger of each span without a usable end, -o otlp only of an end before the start', async () => {
    const file = await save('lost.ndjson', [{ root: 100, db: 5 }, { db: 60 }])
    const of = async (trace: number, flags: string) =>
      (await type(`get ${file} --trace ${idOf(trace)} ${flags}`)).stderr
    const noteOf = (format: string) =>
      `note: 1 span has no usable end, and the duration 0 in -o ${format}, which has no place for that\n`
    // The call to the database ended before it began.
    expect(await of(1, '-o jaeger')).toContain(noteOf('jaeger'))
    expect(await of(1, '-o otlp')).toContain(noteOf('otlp'))
    expect(await of(2, '-o jaeger')).toContain(noteOf('jaeger'))
    expect(await of(2, '-o otlp')).not.toContain('usable end')
    expect(await of(1, '-o jaeger --depth 1')).not.toContain('usable end')
    expect(await of(1, '-o json')).not.toContain('usable end')
  })
})

describe('a root whose end is known, and not its start', () => {
  let file: string
  beforeAll(async () => {
    const lines = [1, 2].map((number) => {
      const { startTimeUnixNano, ...root } = span(number, '1', undefined, 'POST /order', 0, 200)
      const spans = [root, span(number, '2', '1', 'db', 10, 60)]
      return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: {}, spans }] }] })
    })
    file = join(world.home, 'start-lost.ndjson')
    await writeFile(file, `${lines.join('\n')}\n`)
  })

  it.each([
    ['a list', () => `search --file ${file}`],
    ['a table', () => `breakdown --file ${file}`],
    ['a comparison', () => `diff --a file=${file} --b file=${six}`],
  ])('%s calls its duration unknown, and does not say that it has no end', async (_, line) => {
    const { stdout } = await type(line())
    expect(stdout).toContain('unknown')
    expect(stdout).not.toMatch(/no end|NO END/)
  })
})
