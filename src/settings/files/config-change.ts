import { dirname, join } from 'node:path'
import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import type { Env, Files } from '../../ports/ports.ts'
import { requireOwn, writeAtomically } from '../../storage/atomic-write.ts'
import { type LockPorts, withLock } from '../../storage/wait-for-lock.ts'
import { type ConfigFile, readConfig } from './config-file.ts'
import { type Change, textAfter } from './config-text.ts'
import type { Settings } from './settings-files.ts'

/** In the state directory. */
const SETTINGS_LOCK = 'settings.lock'

/** Who changes settings. */
export interface Changer {
  readonly ports: LockPorts
  /** The command, for others that wait. */
  readonly command: string
  /** Prints a line on stderr. */
  tell(line: string): void
}

/**
 * Changes the user's file, and gives the new one. `settings` may be minutes old, so the file is read again under a lock, and
 * `decide` chooses the change for its content of now; if it throws, the file stays unchanged. Written atomically (0600); where
 * the file is a link to where a person keeps it, there. Failures: `settings`, `storage`, `busy`, `refused` (by sudo, a place of
 * another user).
 */
export async function changeConfig(
  settings: Settings,
  decide: (now: Settings) => Change,
  { ports, command, tell }: Changer,
): Promise<ConfigFile> {
  const files = await ports.files()
  const { configFile, stateDirectory } = settings.places
  // Loaded by a change alone, and not by whoever only reads.
  await requireOwn([dirname(configFile), configFile, stateDirectory], files, ports.env)
  await files.makeDirectory(stateDirectory).catch((cause) => {
    throw unwritable(`to ${stateDirectory}`, 'XDG_STATE_HOME', cause, ports.env)
  })
  // Not beside the file: settings may be synchronised or shared between machines, where a lock is useless.
  const locked = { path: join(stateDirectory, SETTINGS_LOCK), what: 'the settings' } as const
  return withLock(locked, command, ports, tell, async () => {
    const config = await readConfig(configFile, files)
    const text = await textAfter(config, decide({ ...settings, config }))
    const end = await endOf(configFile, files, ports.env)
    if (end !== configFile) await requireOwn([end], files, ports.env)
    await replace(end, text, files, ports.env, end === configFile ? [] : [`${configFile} is a link to it`])
    return readConfig(configFile, files)
  })
}

/** The file that is written. Sessions and the rest of the state follow no link. */
async function endOf(configFile: string, files: Files, env: Env): Promise<string> {
  try {
    return await files.endOfLinks(configFile)
  } catch (cause) {
    const code = errorCode(cause) ?? 'error'
    if (!/^(ENOENT|ENOTDIR|ELOOP)$/.test(code)) throw unwritable(configFile, 'XDG_CONFIG_HOME', cause, env)
    throw new Failure('storage', `cannot write ${configFile} (${code}): the link leads nowhere`, {
      cause,
      hint: 'Create the directory it points to, or remove the link.',
    })
  }
}

async function replace(
  path: string,
  text: string,
  files: Files,
  env: Env,
  detail: readonly string[],
): Promise<void> {
  try {
    await files.makeDirectory(dirname(path))
    await writeAtomically(path, Buffer.from(text), files, env.pid)
  } catch (cause) {
    throw unwritable(path, 'XDG_CONFIG_HOME', cause, env, detail)
  }
}

function unwritable(
  what: string,
  variable: string,
  cause: unknown,
  { variables }: Env,
  detail: readonly string[] = [],
): Failure {
  const code = errorCode(cause) ?? 'error'
  // As another user by `sudo -E -u`: the places are those of whoever typed it.
  const mend = variables.SUDO_UID === undefined ? 'Fix its permissions' : 'Run it again without sudo'
  return new Failure('storage', `cannot write ${what} (${code})`, {
    cause,
    detail,
    hint: /^(ENOSPC|EDQUOT)$/.test(code)
      ? 'Free some space, then try again.'
      : `${mend}, or point ${variable} at a directory that you can write to.`,
  })
}
