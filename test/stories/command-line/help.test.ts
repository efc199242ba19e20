import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAILURES } from '../../../src/errors.ts'
import { allVariables } from '../../../src/frame/variables.ts'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ columns: 80 })
})
afterAll(() => world.close())

describe('somebody who knows no command', () => {
  it.each([
    ['ls-auth', '--help'],
    ['ls-auth trace', 'trace --help'],
    ['ls-auth profile', 'profile --help'],
    ['ls-auth --quiet', '--help'],
    ['ls-auth help --', '--help'],
    ['ls-auth -q help flags', 'help flags'],
  ])('%s prints the help, as gh and kubectl do', async (line, same) => {
    const { exit, stdout, stderr } = await world.type(line)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toBe((await world.type(`ls-auth ${same}`)).stdout)
  })

  it('under --json there is nothing to print as JSON: exit 2', async () => {
    const { exit, stdout, stderr } = await world.type('ls-auth --json')
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(JSON.parse(stderr).error.message).toBe('missing command')
  })

  it.each(['-V', '--version', 'version'])('%s prints the version', async (word) => {
    expect(await world.type(`ls-auth ${word}`)).toEqual({ exit: 0, stdout: '0.0.0-test\n', stderr: '' })
  })

  it.each(['version --json', '--json version', '--version --json', '-V --json', '--json --version'])(
    '%s: an object',
    async (line) => {
      const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(stdout).toBe('{\n  "version": "0.0.0-test"\n}\n')
    },
  )
})

describe('help of a command that does not exist', () => {
  it.each([
    ['help nosuch', 'nosuch', ''],
    ['nosuch --help', 'nosuch', ''],
    ['--profile x nosuch -h', 'nosuch', ''],
    ['-- --help', '--help', ''],
    ['help logn', 'logn', 'login'],
    ['help trace serch', 'serch', 'search'],
    ['trace serch --help', 'serch', 'search'],
    ['help profile ad', 'ad', 'add'],
  ])('%s: exit 2, with the name that is near', async (line, word, near) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(`error: unknown command '${word}'\n`)
    expect(stderr).toMatch(near === '' ? /^((?!Did you mean).)*$/s : new RegExp(`Did you mean .*${near}`))
  })
})

describe('a word in the wrong place: the hint names the right one', () => {
  it.each([
    ['search', 'Did you mean trace search? See: ls-auth --help'],
    ['breakdown', 'Did you mean trace breakdown? See: ls-auth --help'],
    ['-o agent trace search --error', 'Write -o after search. See: ls-auth trace search --help'],
    ['--limit 3 trace search', 'Write --limit after search. See: ls-auth trace search --help'],
    ['trace search -o agent --nosuch', 'See: ls-auth trace search --help'],
  ])('%s', async (line, hint) => {
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`\nhint: ${hint}\n`)])
  })
})

describe('what help names', () => {
  it('every command, on a screen of 24 lines', async () => {
    const { stdout } = await world.type('ls-auth --help')
    expect(stdout.split('\n').length).toBeLessThan(24)
    const all = JSON.parse((await world.type('ls-auth help --json')).stdout).commands
    for (const { usage } of all.filter((one: { usage: string }) => one.usage !== 'ls-auth version')) {
      const [, first, second] = usage.split(' ')
      expect(stdout).toMatch(new RegExp(`[ |](${first === 'trace' ? second : first})[ |\n]`))
    }
  })

  it('topics: all commands, flags, variables and exit statuses', async () => {
    const topic = async (name: string) => (await world.type(`ls-auth help ${name}`)).stdout
    expect(await topic('commands')).toContain('\n  trace get [id] ')
    expect(await topic('flags')).toMatch(/--profile <name>[\s\S]*--issuer <value>/)
    const variables = await topic('environment')
    for (const [name] of allVariables()) expect(`\n${variables}`).toContain(`\n  ${name} `)
    const statuses = await topic('exit-codes')
    for (const { exit } of Object.values(FAILURES)) expect(statuses).toMatch(new RegExp(`\n  ${exit} `))
  })
})
