import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { realFiles } from '../../../src/system/files/files.ts'
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
