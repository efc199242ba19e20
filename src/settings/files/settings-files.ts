import type { Env } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { type ConfigFile, readConfig, unreadable } from './config-file.ts'
import { type Places, placesFor } from './places.ts'

/** The settings files and where they are. */
export interface Settings {
  readonly places: Places
  readonly config: ConfigFile
  readonly system: ConfigFile
}

/** Reads the user's and the system-wide settings file. Failure `settings`. */
export async function readSettings(env: Env, files: Files): Promise<Settings> {
  const places = placesFor(env)
  const config = await readConfig(places.configFile, files)
  const system = await readSystem(env, files)
  return { places, config, system }
}

async function readSystem(env: Env, files: Files): Promise<ConfigFile> {
  const path = env.systemConfigFile
  try {
    const system = await readConfig(path, files)
    const facts = system.exists
      ? undefined
      : await files.inspect(path).catch((cause) => {
          throw unreadable(path, cause)
        })
    if (facts?.kind !== 'symlink') return system
  } catch (error) {
    throw (await import('./unreadable-system-file.ts')).toldFault(error, env)
  }
  throw (await import('./unreadable-system-file.ts')).brokenLink(path)
}
