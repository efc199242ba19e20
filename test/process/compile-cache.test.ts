import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
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

  it('does no harm when it is damaged: any bit flipped, any file cut short, emptied or filled', async () => {
    const said = await help()
    if (!hasCache) return expect(existsSync(cache())).toBe(false)
    const files = await cacheFiles()
    for (let round = 0; round < 24; round++) {
      for (const file of files) {
        const bytes = await readFile(file)
        const at = Math.floor(((round + 1) / 25) * bytes.length)
        bytes[at] = (bytes[at] as number) ^ (1 << (round % 8))
        await writeFile(file, bytes)
      }
      expect([round, await help()]).toEqual([round, said])
    }
    for (const damage of [
      (bytes: Buffer) => bytes.subarray(0, 0),
      (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
      (bytes: Buffer) => Buffer.concat([bytes, bytes]),
      (bytes: Buffer) => Buffer.from(bytes).fill(0),
    ]) {
      for (const file of files) await writeFile(file, damage(await readFile(file)))
      expect(await help()).toBe(said)
    }
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

  it('is not made before a sign-in has made the state directory, nor when it is switched off', async () => {
    await help({ NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(existsSync(cache()) ? await cacheFiles() : []).toEqual([])
    const stranger = await openMachine()
    try {
      await stranger.run(['--help'])
      expect(await readdir(stranger.home)).toEqual([])
    } finally {
      await stranger.close()
    }
  })
})
