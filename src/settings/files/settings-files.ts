import type { Env } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { type ConfigFile, readConfig, unreadable } from './config-file.ts'
import { type Places, placesFor } from './places.ts'
import { refusedSettings } from './refused-settings.ts'
import { brokenLink, toldFault } from './unreadable-system-file.ts'
import { openPlaces } from './who-may-write.ts'

/** The settings files and where they are. */
export interface Settings {
  readonly places: Places
  readonly config: ConfigFile
  readonly system: ConfigFile
}

/** Reads the user's and the system-wide settings file. Failures: `settings`, `refused` (others may write the user's). */
export async function readSettings(env: Env, files: Files): Promise<Settings> {
  const places = placesFor(env)
  await requireOwn(places.configFile, files, env)
  const config = await readConfig(places.configFile, files)
  const system = await readSystem(env, files)
  return { places, config, system }
}

/** On Windows (no user id) owner and mode are not known. Where a place cannot be looked at, reading the file says why. */
async function requireOwn(path: string, files: Files, env: Env): Promise<void> {
  if (env.uid === undefined) return
  const open = await openPlaces(path, files, env.uid, true).catch(() => [])
  const refused = open.length > 0 && refusedSettings(open, env)
  if (refused) throw refused
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
    throw toldFault(error, env)
  }
  throw brokenLink(path)
}
