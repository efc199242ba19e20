import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
const DAY = 86_400_000
const ID = 'a'.repeat(32)

let world: World
beforeAll(async () => {
  world = await openWorld({ columns: 120 })
  world.clockOffset = NOW - Date.now()
})
afterAll(() => world.close())

interface ZipkinSpan {
  readonly id: string
  readonly parentId?: string
  readonly name: string
  /** Microseconds. */
  readonly timestamp?: number
  readonly duration: number
}

/** Searches a file of these spans of one trace: the cells of its line, and the same as data. */
async function searched(spans: readonly ZipkinSpan[]) {
  const file = join(world.home, 'spans.json')
  await writeFile(file, JSON.stringify(spans.map((span) => ({ traceId: ID, ...span }))))
  const list = await world.type(`ls-auth trace search --file ${file}`)
  const json = await world.type(`ls-auth trace search --file ${file} --json`)
  const line = list.stdout.split('\n').find((one) => one.startsWith(ID)) ?? ''
  return { cells: line.split(/ {2,}/), trace: JSON.parse(json.stdout).traces[0] }
}

it('one letter stands for the flags that are typed most', async () => {
  const file = join(world.home, 'spans.json')
  await writeFile(file, JSON.stringify([{ traceId: ID, id: '1', name: 'get', timestamp: 1, duration: 5 }]))
  const long = await world.type(`ls-auth trace search --file ${file} --service a --error --limit 3 --quiet`)
  expect(await world.type(`ls-auth trace search --file ${file} -s a -e -n 3 -q`)).toEqual(long)
})

describe('a download that failed in part', () => {
  const LINE = JSON.stringify({
    traceId: ID,
    id: '1',
    name: 'get',
    timestamp: (NOW - 5000) * 1000,
    duration: 5000,
  })
  const NOTE = 'note: file partly.ndjson: 2 lines without spans, the first is line 2\n'

  it.each([
    ['get', (file: string) => `trace get ${file}`],
    ['search', (file: string) => `trace search --file ${file}`],
    ['why', (file: string) => `trace why --file ${file} --slower-than 1ms`],
    ['diff', (file: string) => `trace diff ${file} --b file=${file}`],
  ])('trace %s says that lines hold no spans, and reads the others', async (_, line) => {
    const file = join(world.home, 'partly.ndjson')
    await writeFile(file, `${LINE}\n{"error":"rate limited"}\n\n5\n${LINE.replace('"1"', '"2"')}\n`)
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line(file)}`)
    expect(exit).toBe(0)
    expect(stdout).toMatch(/get|2 of 2 spans/)
    expect(stderr).toContain(NOTE)
  })
})

describe('the age of a trace', () => {
  it.each([
    [400 * DAY + 60_000, 'in 400d'],
    [3 * 3_600_000 + 60_000, 'in 3h'],
    [90_000, 'in 1m'],
    // Two clocks are never quite the same.
    [30_000, '0s'],
    [-90_000, '1m'],
    [-400 * DAY, '400d'],
  ])('that begins %d ms from now: %s', async (ahead, age) => {
    const { cells } = await searched([{ id: '1', name: 'get', timestamp: (NOW + ahead) * 1000, duration: 5 }])
    expect(cells[5]).toBe(age)
  })
})
