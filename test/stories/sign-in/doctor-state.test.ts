import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { envOf } from '../../world/env.ts'
import { openWorld, type World } from '../../world/world.ts'

/** A state directory that is there, and that its user cannot work in. */
let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

it.each([['sessions', 'this session']])(
  'where it cannot be entered, the lock is FAIL, and not a bug (%s)',
  async (below, what) => {
    const closed = join(world.stateDirectory, below)
    const inspect: Files['inspect'] = (path) =>
      path.startsWith(closed)
        ? Promise.reject(Object.assign(new Error(), { code: 'EACCES' }))
        : realFiles.inspect(path)
    world.override = { files: async () => ({ ...realFiles, inspect }) }
    Object.assign(world.variables, { LS_AUTH_ISSUER: 'http://127.0.0.1:1', LS_AUTH_CLIENT_ID: 'cli' })
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`FAIL lock cannot lock ${what}: ${closed}\\S* \\(EACCES\\) → Fix its permissions, `),
    )
    expect(exit).toBe(5)
  },
)

it('by sudo it is not made, and the way out is said', async () => {
  const inspect: Files['inspect'] = async (path) => {
    const facts = await realFiles.inspect(path)
    return facts && { ...facts, uid: 1000 }
  }
  Object.assign(world.variables, { SUDO_UID: '1000' })
  world.override = { env: envOf(world, { uid: 0 }), files: async () => ({ ...realFiles, inspect }) }
  const { exit, stdout } = await world.type('ls-auth doctor')
  expect(stdout).toMatch(/^FAIL +state +\S+ belongs to another user\n +→ Run it again without sudo\.$/m)
  expect(exit).toBe(5)
  expect(existsSync(world.stateDirectory)).toBe(false)
})
