import { posix, win32 } from 'node:path'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'

/**
 * Paths of settings and state, by the platform's conventions (XDG Base Directory on Linux). XDG_CONFIG_HOME and
 * XDG_STATE_HOME move them on every platform, as hints say.
 */
export interface Places {
  readonly configFile: string
  /** Sessions, locks and caches: must not be in a roaming or synchronised directory. */
  readonly stateDirectory: string
}

/** The paths for this platform and environment. */
export function placesFor(env: Env): Places {
  const { variables, homeDirectory } = env
  if (env.platform === 'win32') {
    const roaming =
      absolute(variables.XDG_CONFIG_HOME, onDrive) ??
      variables.APPDATA ??
      win32.join(homeDirectory, 'AppData', 'Roaming')
    const local =
      absolute(variables.XDG_STATE_HOME, onDrive) ??
      variables.LOCALAPPDATA ??
      win32.join(homeDirectory, 'AppData', 'Local')
    return {
      configFile: win32.join(roaming, 'ls-auth', 'config.toml'),
      stateDirectory: win32.join(local, 'ls-auth'),
    }
  }
  const mac =
    env.platform === 'darwin' ? posix.join(homeDirectory, 'Library', 'Application Support') : undefined
  const config = absolute(variables.XDG_CONFIG_HOME) ?? mac ?? posix.join(homeDirectory, '.config')
  const state = absolute(variables.XDG_STATE_HOME) ?? mac ?? posix.join(homeDirectory, '.local', 'state')
  return {
    configFile: posix.join(config, 'ls-auth', 'config.toml'),
    stateDirectory: posix.join(state, 'ls-auth'),
  }
}

/** The XDG specification says to ignore relative paths. */
const absolute = (path: string | undefined, isAbsolute = posix.isAbsolute): string | undefined =>
  path && isAbsolute(path) ? path : undefined

/** Of a drive or a share, on Windows: `\\x` is absolute to Node, but of the drive that one is on. */
const onDrive = (path: string): boolean => /^(?:[a-z]:[\\/]|[\\/]{2}[^\\/])/i.test(path)

/** Expands `~/x` in a settings file. */
export function expandHome(path: string, env: Env): string {
  const join = env.platform === 'win32' ? win32.join : posix.join
  return path === '~' || path.startsWith('~/') || path.startsWith('~\\')
    ? join(env.homeDirectory, path.slice(1))
    : path
}

const isWhole = (path: string, env: Env): boolean =>
  (env.platform === 'win32' ? win32 : posix).isAbsolute(expandHome(path, env))

/**
 * A path that a person types, from the working directory on. Below the home directory it keeps its `~`. `where`: the flag,
 * variable or key. Failure `usage`: a variable of cmd is in it, on Windows. PowerShell leaves %NAME% alone, and the file would
 * be made in a directory of that name.
 */
export function typedPath(path: string, where: string, env: Env): string {
  if (env.platform === 'win32' && /%[a-z_][\w()]*%/i.test(path)) {
    throw new Failure('usage', `${where} holds the name of a variable instead of its value`, {
      detail: [`it is "${safeText(path, 80)}"`],
      hint: 'PowerShell does not expand %NAME%. Write $env:NAME there, or begin the path with ~/ for your home directory.',
    })
  }
  return isWhole(path, env)
    ? path
    : (env.platform === 'win32' ? win32 : posix).join(env.workingDirectory(), path)
}

/**
 * Failure `settings`: a path in a settings file begins nowhere. From the working directory on, each command would find
 * another file, and a cloned repository could bring a key or a certificate. `where`: the file and the key.
 */
export function requireWhole(path: string, where: string, env: Env): void {
  if (isWhole(path, env)) return
  throw new Failure('settings', `${where} must be an absolute path`, {
    detail: [`it is "${safeText(path, 80)}"`],
    hint: 'Begin it with / or ~/. A relative path would mean another file in each directory.',
  })
}
