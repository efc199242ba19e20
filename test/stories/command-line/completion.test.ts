import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { envOf } from '../../world/env.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

let world: World
let api: JaegerApi
beforeEach(async () => {
  world = await openWorld()
  // Completing asks neither the network nor the keychain.
  api = await startJaegerApi({ traces: [makeTrace({ seed: 7 })] })
  await world.writeConfig(
    `[profiles.local]\nbackend = "jaeger"\napi = "${api.url}"\n` +
      `[profiles.work]\nissuer = "https://login.example"\napi = "https://traces.example"\n` +
      `[profiles.odd]\napi = "https://user:secret@traces.example"\n`,
  )
})
afterEach(() => Promise.all([world.close(), api.close()]))

/** What a shell is told for the last word of a line. */
async function offered(line: string): Promise<string[]> {
  const words = line.split(' ')
  const before = words.slice(0, -1).map((word) => `"${word}"`)
  const told = await world.type(`ls-auth __complete --word=${words.at(-1)} -- ${before.join(' ')}`)
  expect(told).toMatchObject({ exit: 0, stderr: '' })
  return told.stdout.split('\n').slice(0, -1)
}
const values = async (line: string) => (await offered(line)).slice(1).map((one) => one.split('\t')[0])

describe('what a shell is told', () => {
  it.each([
    'ls-auth exec -- ls al',
    'ls-auth exec --env X -- ./re',
    'ls-auth exec -- ls -l al',
    'ls-auth exec ./re',
  ])('of the program that runs as you, and of what it is given, the files: %s', async (line) =>
    expect(await offered(line)).toEqual(['files']),
  )

  it('commands, options and values, each where it fits', async () => {
    expect(await values('ls-auth ')).toEqual(expect.arrayContaining(['login', 'trace', 'completion', 'help']))
    expect(await values('ls-auth trace ')).toEqual(['get', 'view', 'search', 'diff', 'why', 'breakdown'])
    expect(await values('ls-auth help trace ')).toEqual(['get', 'view', 'search', 'diff', 'why', 'breakdown'])
    expect(await values('ls-auth help trace get ')).toEqual([])
    expect(await values('ls-auth help ')).toEqual(expect.arrayContaining(['login', 'flags', 'exit-codes']))
    expect(await values('ls-auth --profile local trace ')).toEqual([
      'get',
      'view',
      'search',
      'diff',
      'why',
      'breakdown',
    ])
    expect(await values('ls-auth trace get -')).toEqual(
      expect.arrayContaining(['--error', '--profile', '--help']),
    )
    expect(await values('ls-auth trace get -')).not.toContain('--errors')
    expect(await values('ls-auth trace get --scale ')).toEqual(['linear', 'log', 'fit', 'critical'])
    expect(await values('ls-auth --color ')).toEqual(['auto', 'always', 'never'])
    expect(await values('ls-auth check --use ')).toEqual(['id', 'access'])
    expect(await values('ls-auth check --aud')).toContain('--audience')
    expect(await values('ls-auth services --backend=')).toContain('--backend=jaeger')
    const settings = await values('ls-auth profile set ')
    expect(settings).toEqual(
      expect.arrayContaining(['scopes', 'store', 'expect.groups', 'access.read.scopes', 'workload.source']),
    )
    for (const refused of ['client_secret', 'expect', 'access']) expect(settings).not.toContain(refused)
    expect(await values('ls-auth profile set use_token ')).toEqual(['access', 'id'])
    expect(await values('ls-auth completion ')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
    expect(await values('ls-auth services ')).toEqual([])
    expect(await values('ls-auth nosuch ')).toEqual([])
    expect(await values('ls-auth trace get -- --')).toEqual([])
  })

  it('files where a file is meant', async () => {
    for (const line of ['trace get ', 'services --file ', 'profile add x --from ', 'doctor --bundle '])
      expect(await offered(`ls-auth ${line}`)).toEqual(['files'])
  })
})

describe('services', () => {
  const line = 'ls-auth trace search --service '

  it('are those of the last look by a person at this API, and nobody is asked', async () => {
    world.watched = true
    expect(await values(line)).toEqual([])
    await world.type('ls-auth services --profile local')
    const asked = api.requests.length
    expect(await values('ls-auth --profile local trace search --service ')).toContain('payment')
    expect(
      await values(`ls-auth --profile work trace get x --api ${api.url} --backend jaeger --service `),
    ).toContain('payment')
    expect(await values('ls-auth --profile work trace search --service ')).toEqual([])
    expect(api.requests.length).toBe(asked)
    expect(world.keychain.calls).toEqual([])
    const { mode } = await stat(join(world.stateDirectory, 'services.json'))
    expect(mode & 0o777).toBe(0o600)
  })

  it('a search adds those it finds', async () => {
    world.watched = true
    await world.type('ls-auth trace search --profile local --service checkout --since 90d')
    expect(await values('ls-auth --profile local trace search --service ')).toContain('checkout')
  })

  it('sudo leaves nothing behind in what is of whoever typed it', async () => {
    world.watched = true
    const inspect: Files['inspect'] = async (path) => {
      const facts = await realFiles.inspect(path)
      return facts && { ...facts, uid: 1000 }
    }
    Object.assign(world.variables, { SUDO_UID: '1000' })
    world.override = { env: envOf(world, { uid: 0 }), files: async () => ({ ...realFiles, inspect }) }
    expect((await world.type('ls-auth services --profile local')).exit).toBe(0)
    await expect(stat(world.stateDirectory)).rejects.toThrow('ENOENT')
  })

  it.each([
    [1001, false],
    [1000, true],
    [0, true],
  ])('nothing goes into the directory of another user: of %i, kept %s', async (owner, isKept) => {
    world.watched = true
    const inspect: Files['inspect'] = async (path) => {
      const facts = await realFiles.inspect(path)
      return facts && { ...facts, uid: path === world.stateDirectory ? owner : 1000 }
    }
    world.override = { env: envOf(world, { uid: 1000 }), files: async () => ({ ...realFiles, inspect }) }
    expect((await world.type('ls-auth services --profile local')).exit).toBe(0)
    const names = await readdir(world.stateDirectory)
    expect(names.includes('services.json')).toBe(isKept)
  })

  it('names that would steer a terminal or be a flag are not offered', async () => {
    world.watched = true
    await world.type('ls-auth services --profile local')
    const file = join(world.stateDirectory, 'services.json')
    const hostile = ['ok', '--rf', 'a\nb', 'a\tb', '\u001b[2J', 'a\u202eb', 'x'.repeat(300), '$(id)']
    const kept = JSON.parse(await readFile(file, 'utf8'))
    kept.services[0][1] = hostile
    await writeFile(file, JSON.stringify(kept))
    expect(await values('ls-auth --profile local trace search --service ')).toEqual(['ok', '$(id)'])
  })
})

describe('ls-auth completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])('%s: prints its script', async (shell) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth completion ${shell}`)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot(`../../golden/completion/${shell}.txt`)
  })

  it.each(['', ' tcsh'])('"%s": exit 2, and the four are named', async (shell) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth completion${shell}`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(/bash, zsh, fish(, | or )powershell/)
  })
})
