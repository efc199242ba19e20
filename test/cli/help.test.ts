import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { TRACE_FORMATS } from '../../src/trace/formats/trace-formats.ts'
import { query } from '../../src/verbs/query.ts'
import { envOf } from '../world/env.ts'
import { openWorld, type World } from '../world/world.ts'
import { ENTRIES } from './rows.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ columns: 80 })
  // The help names places of the system that it runs on.
  world.override = { env: envOf(world, { platform: 'linux' }) }
})
afterAll(() => world.close())

/** Rewrite them with `npx vitest run test/cli -u`, and read what changed. */
describe('help is what is kept in test/golden/help', () => {
  it.each(['', ...ENTRIES.map(({ words }) => words)])('ls-auth %s --help', async (words) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${words} --help`)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout.split('\n').length).toBeLessThanOrEqual(46)
    await expect(stdout).toMatchFileSnapshot(`../golden/help/${words.replace(' ', '-') || 'ls-auth'}.txt`)
  })
})

describe('help at any width', () => {
  it.each(ENTRIES)('$words: options and words fit into 80 columns', async ({ words }) => {
    const { stdout } = await world.type(`ls-auth ${words} --help`)
    // Examples are lines to copy, whole.
    const told = stdout.replace(/\nExamples:\n( .+\n)+/, '')
    expect(told.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it.each([60, 40])('at %i columns only a name that cannot be broken is wider', async (columns) => {
    const beside = await openWorld({ columns })
    onTestFinished(() => beside.close())
    for (const words of ['', ...ENTRIES.map((entry) => entry.words)]) {
      const { stdout } = await beside.type(`ls-auth ${words} --help`)
      // A command is one line, which every shell takes as it is copied.
      const broken = (line: string) =>
        line.length > columns && !/^ *('.*'|".*"|\S+)$|^ {2}(?!#).*\bls-auth /.test(line)
      expect([words, stdout.split('\n').filter(broken)]).toEqual([words, []])
      const examples = /\nExamples:\n((?: .+\n)+)/.exec(stdout)?.[1] ?? ''
      expect(examples).not.toMatch(/^ {3,}\S|\\$/m)
    }
  })
})

describe('docs/formats.md', () => {
  const guide = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8')
  const row = (words: string) =>
    guide.split('\n').find((line) => line.startsWith(`| \`ls-auth ${words}`)) ?? ''

  it.each([
    ['trace get', TRACE_FORMATS],
    ['query', query.formats.slice(1)],
  ] as const)('names every format of %s', (words, formats) => {
    expect(formats.filter((format) => !new RegExp(`\\b${format}\\b`).test(row(words)))).toEqual([])
  })
})
