import { join } from 'node:path'
import type { Env } from '../../src/ports/ports.ts'
import type { World } from './world.ts'

/** The environment of a world's commands; `changes`: what another machine, or another system, has in its place. */
export const envOf = (
  world: Pick<World, 'home' | 'variables' | 'workingDirectory'>,
  changes: Partial<Env> = {},
): Env => ({
  variables: world.variables,
  platform: process.platform,
  homeDirectory: world.home,
  workingDirectory: () => world.workingDirectory,
  systemConfigFile: join(world.home, 'etc', 'config.toml'),
  pid: process.pid,
  uid: process.getuid?.(),
  version: '0.0.0-test',
  ...changes,
})
