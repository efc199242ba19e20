import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { appendLines, MOST_BYTES, recordFile } from '../../src/audit/record.ts'
import type { Env, Files, Lock } from '../../src/ports/ports.ts'
import { realFiles } from '../../src/system/files/files.ts'

const ADA = 1000
let home: string
let state: string
let locked: string[]
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ls-auth-record-'))
  state = join(home, 'state')
  locked = []
})
afterEach(() => rm(home, { recursive: true, force: true }))

/** All that is there is Ada's. */
const inspect: Files['inspect'] = async (path) => {
  const facts = await realFiles.inspect(path)
  return facts && { ...facts, uid: ADA }
}
const lock: Lock = {
  tryLock: async (path) => {
    locked.push(basename(path))
    return async () => {}
  },
}
const append = (variables: Env['variables']) =>
  appendLines(state, '{}\n', {
    env: { uid: 0, variables } as Env,
    files: async () => ({ ...realFiles, inspect }),
    lock: async () => lock,
  })
const SUDO = { SUDO_UID: String(ADA) }

it.each(['home', 'state'])('sudo makes no record in what is of whoever typed it (%s)', async (there) => {
  if (there === 'state') await mkdir(state)
  expect(await append(SUDO)).toEqual({ file: recordFile(state), code: 'refused' })
  expect(await readdir(home, { recursive: true })).toEqual(there === 'state' ? ['state'] : [])
})

it('root without sudo makes one, as in a container with a mounted home', async () => {
  expect(await append({})).toBeUndefined()
  expect(await readFile(recordFile(state), 'utf8')).toBe('{}\n')
})

it('sudo writes to a record that is there, and begins no new file', async () => {
  await mkdir(state)
  await writeFile(recordFile(state), '')
  await truncate(recordFile(state), MOST_BYTES)
  expect(await append(SUDO)).toBeUndefined()
  expect((await realFiles.inspect(recordFile(state)))?.size).toBe(MOST_BYTES + 3)
  expect(locked).toEqual([])
})
