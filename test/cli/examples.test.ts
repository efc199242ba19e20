import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { EXAMPLES, runCommand } from '../../src/cli/tree.ts'
import type { Table } from '../../src/cli/verb-row.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { openWorld, type World, words } from '../world/world.ts'
import { ENTRIES } from './rows.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const LINES = [
  ...EXAMPLES.map(({ line }) => ['', line] as const),
  ...ENTRIES.flatMap(({ words, row }) => row.examples.map(({ line }) => [words, line] as const)),
]

describe('examples in help', () => {
  it('every command has two to four, each with what it is for', () => {
    const bad = ENTRIES.filter(({ row }) => row.examples.length < 2 || row.examples.length > 4)
    expect(bad.map(({ words }) => words)).toEqual([])
    expect(ENTRIES.flatMap(({ row }) => row.examples).filter(({ does }) => does === '')).toEqual([])
  })

  // A line for another command of the story is welcome; a story without the command itself is none.
  it.each(ENTRIES)('$words: one example is of the command itself', ({ words, row }) => {
    expect(row.examples.some(({ line }) => argvOf(line).join(' ').startsWith(words))).toBe(true)
  })

  it.each(LINES)('%s: %s', async (_, line) => {
    const argv = argvOf(line)
    const ran: string[] = []
    await runCommand(argv, portsOf(world), readingOnly(COMMANDS, ran))
    expect(ran).toHaveLength(1)
    expect(argv).toContain(ran[0])
  })
})

/** The words behind `ls-auth`, without what a shell would do before and after. */
function argvOf(line: string): string[] {
  const inner = /\$\((ls-auth [^)]*)\)/.exec(line)?.[1] ?? line.slice(line.indexOf('ls-auth'))
  const argv = words(inner.replace(/( > \S+| \| (Out-String|curl) .*)$/, ''))
  expect(argv[0]).toBe('ls-auth')
  return argv.slice(1)
}

/** The same commands, which read their flags and do nothing. */
const readingOnly = (rows: Table, ran: string[]): Table =>
  rows.map((row) => {
    if ('rows' in row) return { ...row, rows: readingOnly(row.rows, ran) as typeof row.rows }
    const run = async () => {
      ran.push(row.usage.split(' ', 1)[0] as string)
      return undefined
    }
    return { ...row, verb: async () => ({ ...(await row.verb()), run }) }
  })

const portsOf = ({ variables }: World): Ports =>
  ({
    env: { variables, version: '0.0.0-test' },
    clock: { now: () => Date.now() },
    terminal: { setColor: () => {}, setPager: () => {}, columns: 80 },
  }) as unknown as Ports
