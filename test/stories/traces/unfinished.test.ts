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
    expect(lines[1]).toMatch(/^durations {2}200ms .* 600ms$/)
    const cells = (trace: number) => lines.find((line) => line.startsWith(idOf(trace)))?.split(/ {2,}/)
    expect(cells(1)?.slice(4, 6)).toEqual(['no end', '1m'])
    expect(cells(1)).toHaveLength(6)
    expect(cells(2)?.[4]).toBe('200ms')
    expect(cells(2)?.[6]).toMatch(/^\S+$/)
    expect(stderr).toContain(
      'note: 3 of 6 traces have a root without a usable end: left out of p50, p99 and the histogram\n',
    )
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

  it('nor is a duration made up in JSON, which can be read back', async () => {
    const { stdout } = await type(`get ${six} --trace ${idOf(1)} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ durationNanos: null, spans: [{ marks: ['end-missing'] }, {}] })
    const file = join(world.home, 'own.json')
    await writeFile(file, stdout)
    expect((await type(`get ${file}`)).stdout).toContain(AT_LEAST)
  })

  it('nothing is known but its start: no duration', async () => {
    const { stdout } = await type(`get ${await save('root-alone.json', [{}])} --json`)
    const { spans } = JSON.parse(stdout) as { spans: object[] }
    const file = join(world.home, 'alone.json')
    await writeFile(file, JSON.stringify({ ...JSON.parse(stdout), spans: spans.slice(0, 1) }))
    expect((await type(`get ${file}`)).stdout).toContain('no duration (the root has no end)')
  })
})
