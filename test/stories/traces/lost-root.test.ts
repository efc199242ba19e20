import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld({ columns: 120 })
})
afterEach(() => world.close())

/** A Zipkin span; times in milliseconds. */
const span = (id: string, name: string, at: number, ms: number, more: object = {}) => ({
  ...{ traceId: 'ab', id, name, timestamp: 1_000_000 + at * 1000, duration: ms * 1000 },
  localEndpoint: { serviceName: 'shop' },
  ...more,
})

async function fileOf(name: string, ...spans: object[]): Promise<string> {
  const file = join(world.home, `${name}.json`)
  await writeFile(file, JSON.stringify(spans))
  return file
}

const stdoutOf = async (command: string): Promise<string> =>
  (await world.type(`ls-auth trace ${command}`)).stdout

const CHECKOUT = span('c2', 'POST /checkout', 0, 5000, { parentId: 'c1', kind: 'SERVER' })
const CHARGE = span('c3', 'charge card', 100, 4800, { parentId: 'c2', kind: 'CLIENT' })
const BEACON = span('c9', 'beacon', 4800, 10, { kind: 'CLIENT' })

describe('the root of a request of 5 s was lost, and a stray root of 10 ms is there', () => {
  it('get says that it took 5 s, in all its outputs', async () => {
    const file = await fileOf('lost', CHECKOUT, CHARGE, BEACON)
    const shown = await stdoutOf(`get ${file}`)
    expect(shown).toContain(' · 5.00s · 3 spans · 1 service · no errors · time of its longest part')
    expect(shown).toMatch(
      /slowest by self time\n +4\.80s +96% +charge card .*\n +200ms +4% .*\n +10\.0ms +<1% /,
    )
    expect(shown).not.toMatch(/tail|ran past|began before/)
    for (const output of ['agent', 'html', 'md', 'svg']) {
      expect(await stdoutOf(`get ${file} -o ${output}`), output).toMatch(/5\.00s(,| ·) 3 spans/)
    }
    expect(await stdoutOf(`get ${file} -o agent`)).toMatch(
      /critical path, 5\.00s in all\n +200ms +4% .*\n +4\.80s +96% /,
    )
  })

  it('breakdown, diff and search say so, too', async () => {
    const file = await fileOf('lost', CHECKOUT, CHARGE, BEACON)
    const whole = await fileOf('whole', span('c1', 'GET /', 0, 100))
    const table = await stdoutOf(`breakdown --file ${file}`)
    expect(table.split('\n')[0]).toBe('1 trace · 3 spans · 0 errors · 5.00s in all')
    expect(table).toMatch(/shop: charge card .* 96% /)
    expect(table).toMatch(/shop: beacon .* 0%\n/)
    expect(await stdoutOf(`diff ${whole} ${file}`)).toContain('slower: 100ms → 5.00s')
    const list = await stdoutOf(`search --file ${file}`)
    expect(list).toMatch(/\(root not known\) .* 5\.00s /)
  })

  it('what ran past the end of that part is tail; what is outside of it is told apart in a breakdown', async () => {
    const file = await fileOf('late', CHECKOUT, CHARGE, { ...BEACON, timestamp: 7_000_000 })
    const shown = await stdoutOf(`get ${file}`)
    expect(shown).toContain(' · 5.00s + 1.01s async tail · 3 spans')
    expect(shown).toMatch(/ 10\.0ms +tail +beacon /)
    expect(shown).toContain('1 span ran past the end of the longest part, by up to 1.01s')
    expect((await stdoutOf(`breakdown --file ${file}`)).split('\n')[1]).toBe(
      '1.01s more outside of the longest part of the trace whose root is missing, on no critical path',
    )
  })
})

const ROOT = span('c5', 'GET /', 10, 100)
const JOB = span('c2', 'POST /jobs', 0, 5000, { parentId: 'c1', kind: 'SERVER' })

it.each<[string, readonly object[]]>([
  ['is shorter than the time of the roots', [ROOT, span('c2', 'refresh', 0, 90, { parentId: 'c1' })]],
  ['is a message that nobody waits for', [ROOT, { ...JOB, kind: 'CONSUMER' }]],
  ['began after the root, as work that the root has left behind', [ROOT, { ...JOB, timestamp: 1_020_000 }]],
  [
    'stands beside a root that has spans below it',
    [ROOT, span('c6', 'render', 20, 10, { parentId: 'c5' }), JOB],
  ],
])('a part whose parent is missing and which %s is not its time', async (_, spans) => {
  const file = await fileOf('whole', ...spans)
  expect(await stdoutOf(`get ${file}`)).toMatch(/ · 100ms( \+ 4\.\d+s async tail)? · \d spans/)
  expect(await stdoutOf(`search --file ${file}`)).toContain('GET /')
})
