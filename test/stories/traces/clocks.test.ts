import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** Two traces of a shop that asks a payment service whose clock is a second behind, and one where clocks agree. */
let world: World
beforeAll(async () => {
  world = await openWorld({ columns: 80 })
  const one = requestsOf('a1', 1_000_000)
  await writeFile(join(world.home, 'one.json'), JSON.stringify(one))
  const all = [one, requestsOf('a2', 1_000_000), requestsOf('a3', 0)]
  await writeFile(join(world.home, 'all.json'), JSON.stringify(all))
  await writeFile(join(world.home, 'right.json'), JSON.stringify(requestsOf('a4', 0)))
})
afterAll(() => world.close())

/** In microseconds. The payment is asked 20 ms after the start of the server span, and takes 200 of 300 ms. */
function requestsOf(traceId: string, behind: number) {
  const span = (
    id: string,
    parentId: string | undefined,
    name: string,
    timestamp: number,
    duration: number,
  ) => ({
    ...{ traceId, id, parentId, name, timestamp, duration },
    localEndpoint: { serviceName: name, ipv4: name === 'shop' ? '10.0.0.1' : '10.0.0.2' },
  })
  const at = 1_700_000_000_000_000
  return [
    { ...span('c1', undefined, 'shop', at, 300_000), kind: 'SERVER' },
    { ...span('c2', 'c1', 'shop', at + 20_000, 250_000), kind: 'CLIENT' },
    { ...span('c3', 'c2', 'pay', at + 40_000 - behind, 200_000), kind: 'SERVER' },
    span('c4', 'c3', 'pay', at + 50_000 - behind, 100_000),
  ]
}

const type = (line: string) =>
  world.type(`ls-auth trace ${line.replace(/\w+\.json/g, (name) => join(world.home, name))}`)
const selfOf = async (flags: string) => {
  const { rows } = JSON.parse((await type(`breakdown --by service --json ${flags}`)).stdout)
  return Object.fromEntries(
    rows.map((row: { service: string; self_ns: number; critical_path_ns: number }) => [
      row.service,
      [row.self_ns / 1e6, row.critical_path_ns / 1e6],
    ]),
  )
}

describe('trace breakdown', () => {
  it('says in how many traces clocks may differ, and what corrects them', async () => {
    const { exit, stderr } = await type('breakdown --file all.json')
    expect(exit).toBe(0)
    expect(stderr.replace(/\s+/g, ' ')).toBe(
      'note: in 2 of 3 traces spans lie outside their parents: clocks may differ; --skew corrects them ',
    )
    expect((await type('breakdown --file one.json')).stderr.replace(/\s+/g, ' ')).toBe(
      'note: spans lie outside their parents: clocks may differ; --skew corrects them ',
    )
  })

  it('--skew counts the time where it was spent, and says how far spans were moved', async () => {
    expect(await selfOf('--file one.json')).toEqual({ shop: [300, 300], pay: [200, 0] })
    const right = { shop: [100, 100], pay: [200, 200] }
    expect(await selfOf('--file right.json')).toEqual(right)
    expect(await selfOf('--file one.json --skew')).toEqual(right)
    const { stdout, stderr } = await type('breakdown --file all.json --skew')
    expect(stdout).toContain('900ms in all')
    expect(stderr.replace(/\s+/g, ' ')).toBe(
      'note: clocks adjusted in 2 of 3 traces: 4 spans moved by up to 1.00s ',
    )
  })

  it('counts those traces as data', async () => {
    const whole = async (flags: string) => JSON.parse((await type(`breakdown --json ${flags}`)).stdout)
    expect(await whole('--file all.json')).toMatchObject({ skewed_traces: 2, moved_spans: 0 })
    expect(await whole('--file all.json --skew')).toMatchObject({ skewed_traces: 2, moved_spans: 4 })
    expect(await whole('--file right.json --skew')).toMatchObject({ skewed_traces: 0, moved_spans: 0 })
  })

  it.each([
    ['right.json', ''],
    ['right.json --skew', 'note: clocks of other hosts agree; moved no spans\n'],
    // Who calls whom, and how long it took, is the same by any clock.
    ['all.json --graph', ''],
  ])('--file %s: "%s"', async (flags, stderr) => {
    expect(await type(`breakdown --file ${flags}`)).toMatchObject({ exit: 0, stderr })
  })
})

describe('trace diff', () => {
  it('says of which side clocks may differ, and with --skew what was moved', async () => {
    const told = async (flags: string) => (await type(`diff right.json ${flags}`)).stderr.replace(/\s+/g, ' ')
    expect(await told('one.json')).toBe(
      'note: B: spans lie outside their parents: clocks may differ; --skew corrects them ',
    )
    expect(await told("--b 'file=all.json'")).toBe(
      'note: B: in 2 of 3 traces spans lie outside their parents: clocks may differ; --skew corrects them ',
    )
    expect(await told('one.json --skew')).toBe(
      'note: A: clocks of other hosts agree; moved no spans note: B: clocks adjusted: 2 spans moved by up to 1.00s ',
    )
    expect(await told('right.json')).not.toContain('clocks')
  })
})
