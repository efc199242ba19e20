import type { Env } from '../ports.ts'

declare const LS_AUTH_VERSION: string

/** The process's own environment. */
export function processEnv(): Env {
  return {
    variables: process.env,
    platform: process.platform,
    homeDirectory: homeDirectory(),
    systemConfigFile:
      process.platform === 'win32'
        ? `${process.env.ProgramData ?? 'C:\\ProgramData'}\\ls-auth\\config.toml`
        : '/etc/ls-auth/config.toml',
    pid: process.pid,
    uid: process.getuid?.(),
    version: typeof LS_AUTH_VERSION === 'string' ? LS_AUTH_VERSION : '0.0.0-source',
  }
}

/** The home directory when the system knows none: a path where nothing exists, and never the working directory. */
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
