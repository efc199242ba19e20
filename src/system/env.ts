import type { Env } from '../ports/ports.ts'

declare const LS_AUTH_VERSION: string

/** The process's own environment. */
export function processEnv(): Env {
  return {
    variables: process.env,
    platform: process.platform,
    homeDirectory: homeDirectory(),
    workingDirectory,
    systemConfigFile: systemConfigFile(process.platform, process.env),
    pid: process.pid,
    uid: process.getuid?.(),
    version: typeof LS_AUTH_VERSION === 'string' ? LS_AUTH_VERSION : '0.0.0-source',
  }
}

/**
 * The settings file for everybody on a machine: it decides where people sign in, so only administrators may write there. On
 * Windows not %ProgramData%, where every user can make a missing directory. %ProgramW6432% is for a 32-bit process the folder
 * that all others call %ProgramFiles%.
 */
export function systemConfigFile(platform: NodeJS.Platform, variables: Env['variables']): string {
  if (platform !== 'win32') return '/etc/ls-auth/config.toml'
  const folder = variables.ProgramW6432 ?? variables.ProgramFiles ?? 'C:\\Program Files'
  return `${folder}\\ls-auth\\config.toml`
}

/** A path where nothing exists: the home directory when the system knows none, and a working directory that is gone. */
const NOWHERE = '/nonexistent'

/**
 * $HOME, where it is a whole path: from a relative one, settings would be read in the working directory. Otherwise that of the
 * user database, and not `os.homedir()`, which begins with $HOME, too; node:os is loaded only then.
 */
function homeDirectory(): string {
  const isWindows = process.platform === 'win32'
  if (!isWindows && process.env.HOME?.startsWith('/')) return process.env.HOME
  try {
    const { homedir, userInfo } = process.getBuiltinModule('node:os')
    return isWindows ? homedir() : userInfo().homedir
  } catch {
    return NOWHERE
  }
}

function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return NOWHERE
  }
}
