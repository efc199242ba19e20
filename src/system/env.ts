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

/** The settings file for everybody on a machine. */
export const systemConfigFile = (platform: NodeJS.Platform, variables: Env['variables']): string =>
  platform === 'win32'
    ? `${variables.ProgramData ?? 'C:\\ProgramData'}\\ls-auth\\config.toml`
    : '/etc/ls-auth/config.toml'

/** A path where nothing exists: the home directory when the system knows none, and a working directory that is gone. */
const NOWHERE = '/nonexistent'

/** `os.homedir()` begins with $HOME, too; node:os is loaded only without it. */
function homeDirectory(): string {
  if (process.platform !== 'win32' && process.env.HOME) return process.env.HOME
  try {
    return process.getBuiltinModule('node:os').homedir()
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
