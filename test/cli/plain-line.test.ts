import { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addOptions } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { readPlain } from '../../src/cli/plain-line.ts'
import { invocationOf } from '../../src/cli/run-row.ts'
import { globalOptions, runCommand } from '../../src/cli/tree.ts'
import type { Table } from '../../src/cli/verb-row.ts'
import type { Invocation } from '../../src/commands/invocation.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { runsOf } from '../property-runs.ts'
import { ENTRIES } from './rows.ts'

const LEAVES = ENTRIES.filter(({ row }) => 'run' in row)

const ports = {
  env: { variables: {}, version: '0.0.0-test' },
  clock: { now: () => 0 },
  terminal: { setColor: () => {}, setPager: () => {}, columns: 80, page: async () => {} },
} as unknown as Ports

/** What a command gets: its words, its arguments, and its options in their order. */
const given = ({ command, args, options, settings }: Invocation) =>
  JSON.stringify({ command, args, options, settings })

async function byCommander(argv: readonly string[]): Promise<string> {
  let got = 'no command ran'
  const capturing = (rows: Table): Table =>
    rows.map((row) => {
      if ('rows' in row) return { ...row, rows: capturing(row.rows) as typeof row.rows }
      const run = async (invocation: Invocation) => {
        got = given(invocation)
        return undefined
      }
      return { ...row, verb: async () => ({ ...(await row.verb()), ...(await flagsOnly(row)), run }) }
    })
  const flagsOnly = async (row: { verb: () => Promise<{ flags: object }> }) => {
    const { flags } = await row.verb()
    // What was typed is compared, not what the flags make of it.
    return {
      flags: Object.fromEntries(
        Object.entries(flags).map(([name, flag]) => [name, { ...flag, read: () => 0 }]),
      ),
    }
  }
  try {
    await runCommand(argv, ports, capturing(COMMANDS))
  } catch (error) {
    return String(error)
  }
  return got
}

async function plainly(argv: readonly string[]): Promise<string | undefined> {
  const line = await readPlain(argv)
  if (line === undefined) return undefined
  try {
    return given(invocationOf(line.row, line, ports))
  } catch (error) {
    return String(error)
  }
}

const spellings = (options: readonly { short?: string | undefined; long?: string | undefined }[]) =>
  options.flatMap(({ short, long }) => [short, long]).filter((one) => one !== undefined)

const VALUES = ['', ' ', 'a b', ...'x -1h - -- 30m json agent help get -q --json -x 7'.split(' ')]

const someLine = fc.constantFrom(...LEAVES).chain(({ words, row }) => {
  const command = new Command()
  if ('run' in row) addOptions(row, command)
  const value = fc.constantFrom(...VALUES, ...command.options.flatMap(({ argChoices }) => argChoices ?? []))
  const wild = fc.constantFrom(...spellings(command.options), ...spellings(globalOptions()), '--unknown')
  const usual = fc
    .tuple(
      fc.constantFrom(...command.options, ...globalOptions()),
      fc.constantFrom('x', '30m', '-1h', 'json'),
    )
    .map(([{ long = '', required, argChoices }, one]) => (required ? [long, argChoices?.[0] ?? one] : [long]))
  const part = fc.oneof(
    { arbitrary: usual, weight: 8 },
    { arbitrary: fc.constant(['x']), weight: 2 },
    fc.tuple(wild, value).map(([one, other]) => [`${one}=${other}`]),
    fc.tuple(wild, value),
    value.map((one) => [one]),
  )
  return fc
    .tuple(fc.option(part, { freq: 8 }), fc.array(part, { maxLength: 4 }))
    .map(([first, parts]) => [...(first ?? []), ...words.split(' '), ...parts.flat()])
})

describe('a plain line is read without commander', () => {
  it.each([
    ['token', true],
    ['token --format header --min-ttl 30m -q', true],
    ['--profile work token --json', true],
    ['trace search --from -1h --service=checkout --attr a=b --attr c=d -o json', true],
    ['trace get 4bf9 --no-bars --api https://traces.acme.example', true],
    ['trace get 4bf9 --span x --span y', false],
    ['token --format=nothing', false],
    ['token --help', false],
    ['exec -- env', false],
    ['trace', false],
    ['tokn', false],
  ])('%s: %s', async (line, isPlain) => {
    expect((await readPlain(line.split(' '))) !== undefined).toBe(isPlain)
  })

  it('and what the command gets is what commander gives it, in the same order', async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(someLine, async (argv) => {
        const read = await plainly(argv)
        if (read === undefined) return
        plain += 1
        expect(read).toBe(await byCommander(argv))
      }),
      { numRuns: runsOf(3000) },
    )
    expect(plain).toBeGreaterThan(20)
  })
})
