import { setTimeout as sleep } from 'node:timers/promises'
import type { Files } from '../../src/ports/ports.ts'
import type { ConfigFile } from '../../src/settings/files/config-file.ts'
import type { Changer } from '../../src/settings/files/config-text.ts'
import type { Settings } from '../../src/settings/files/settings-files.ts'
import { realFiles } from '../../src/system/files/files.ts'
import { kernelLock } from '../../src/system/files/lock.ts'

/** A process that changes settings on this machine, by the real files and the real lock. */
export function changer(pid = 1, files: Files = realFiles): Changer {
  const ports = {
    env: { pid, uid: 1000, variables: {} },
    clock: { now: () => Date.now(), sleep: (milliseconds: number) => sleep(milliseconds) },
    terminal: { errIsTTY: false },
    files: async () => files,
    lock: kernelLock,
  }
  return { ports: ports as unknown as Changer['ports'], command: 'profile set', tell: () => {} }
}

/** What was read of the settings in a directory, whose state is in `state`. */
export const settingsIn = (directory: string, config: ConfigFile): Settings => ({
  places: { configFile: config.path, stateDirectory: `${directory}/state` },
  config,
  system: { ...config, path: `${directory}/etc/config.toml`, exists: false, profiles: {} },
})
