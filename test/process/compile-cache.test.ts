import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import module from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'

/** Node 22.1 and later. */
const hasCache = 'enableCompileCache' in module

let machine: Machine
beforeEach(async () => {
  machine = await openMachine()
  await mkdir(machine.stateDirectory, { recursive: true, mode: 0o700 })
})
afterEach(() => machine.close())

const cache = () => join(machine.stateDirectory, 'compile-cache')

async function help(env: Record<string, string> = {}): Promise<string> {
  const { exit, signal, stdout, stderr } = await machine.run(['--help'], { env })
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' })
  return stdout
}

/** Node's folders in it, one for each set of V8's flags. */
const flagSets = () => (hasCache ? readdir(cache()) : Promise.resolve([]))

async function cacheFiles(): Promise<string[]> {
  const found = await readdir(cache(), { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}

describe('the compile cache', () => {
  it('is one for all commands', async () => {
    await help()
    const known = await flagSets()
    for (const command of ['search', 'get']) await machine.run(['trace', command, '--help'])
    expect(await flagSets()).toEqual(known)
  })

  it('is neither made nor used where others could write to it', async () => {
    const said = await help()
    if (!hasCache) return expect(existsSync(cache())).toBe(false)
    const times = async () =>
      Promise.all((await cacheFiles()).map(async (file) => (await stat(file)).mtimeMs))
    for (const open of [cache(), machine.stateDirectory]) {
      for (const file of await cacheFiles()) await writeFile(file, 'not code')
      const before = await times()
      await chmod(open, 0o770)
      expect(await help()).toBe(said)
      expect(await times()).toEqual(before)
      await chmod(open, 0o700)
    }
    await rm(cache(), { recursive: true })
    await mkdir(join(machine.home, 'elsewhere'), { mode: 0o700 })
    await symlink(join(machine.home, 'elsewhere'), cache())
    await help()
    expect(await readdir(join(machine.home, 'elsewhere'))).toEqual([])
  })
})
