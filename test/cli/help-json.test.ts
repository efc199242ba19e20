import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { type CommandJson, helpJson } from '../../src/cli/help-json.ts'
import { globalOptions } from '../../src/cli/tree.ts'
import { readTable } from '../../src/cli/verb-row.ts'
import { allTools } from '../../src/mcp/offer.ts'
import { openWorld } from '../world/world.ts'

type Help = NonNullable<ReturnType<typeof helpJson>>
const help = helpJson('1.0.0', await readTable(COMMANDS), globalOptions()) as Help
const flat = (commands: readonly CommandJson[]): CommandJson[] =>
  commands.flatMap((one) => [one, ...flat(one.commands)])
const all = flat(help.commands)

describe('help --json', () => {
  it('is an index of at most 4 kB; a command by its words has options and exit statuses', async () => {
    const world = await openWorld()
    const { exit, stdout, stderr } = await world.type('ls-auth help --json')
    await world.close()
    expect([exit, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      version: '0.0.0-test',
      commands: expect.arrayContaining([
        { usage: 'ls-auth trace get [id]', description: expect.stringContaining('one trace') },
      ]),
    })
    expect(stdout.length).toBeLessThanOrEqual(4096)
    const get = all.find(({ command }) => command === 'ls-auth trace get')
    expect(get).toMatchObject({ usage: 'ls-auth trace get [id]', exits: { 0: 'done', 7: 'not found' } })
    expect(get?.options).toContainEqual({
      flags: '-o, --output <format>',
      description: 'output format',
      choices: expect.arrayContaining(['json', 'agent']),
    })
    expect(help.options.map(({ flags }) => flags)).toContain('--profile <name>')
  })
})

it('help --json with the words of a command or a group is that one alone', async () => {
  const world = await openWorld()
  for (const [words, command, inside] of [
    ['trace diff', 'ls-auth trace diff', 0],
    ['token', 'ls-auth token', 0],
    ['trace', 'ls-auth trace', 6],
  ] as const) {
    for (const line of [`ls-auth help --json ${words}`, `ls-auth help ${words} --json`]) {
      const value = JSON.parse((await world.type(line)).stdout) as Help
      expect(value.commands.map((one) => one.command)).toEqual([command])
      expect(value.commands[0]?.commands).toHaveLength(inside)
      expect(value.options).toEqual(help.options)
    }
  }
  const wrong = await world.type('ls-auth help --json trace nosuch')
  await world.close()
  expect(wrong).toMatchObject({ exit: 2, stdout: '' })
  expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { exit: 2 } })
})

describe('docs/SKILL.md', () => {
  const skill = readFileSync(new URL('../../docs/SKILL.md', import.meta.url), 'utf8')
  const lines = [...skill.matchAll(/^ls-auth .*$/gm)].map(([line]) => line)

  it('begins as a skill does', () => {
    expect(skill).toMatch(/^---\nname: ls-auth\ndescription: .{40,}\n---\n/)
    expect(lines.length).toBeGreaterThan(5)
  })

  // The help itself is no command of the tree.
  it.each(lines.filter((line) => !line.startsWith('ls-auth help --json')))(
    '%s is a command with options that it has',
    (line) => {
      const words = line.split(' ')
      const command = all
        .filter(({ command: own }) => `${line} `.startsWith(`${own} `))
        .sort((a, b) => b.command.length - a.command.length)[0]
      expect(command?.commands).toEqual([])
      const options = [...(command?.options ?? []), ...help.options]
      const known = options.flatMap(({ flags }) => new Command().createOption(flags).long ?? [])
      for (const flag of words.filter((word) => word.startsWith('--'))) expect(known).toContain(flag)
    },
  )

  it('names every tool, and no other', async () => {
    const named = [...skill.matchAll(/`((?:get|search|diff|explain|breakdown)_\w+|whoami)`/g)].map(
      ([, name]) => name,
    )
    expect([...new Set(named)].sort()).toEqual((await allTools(COMMANDS)).map(({ name }) => name).sort())
  })
})
