import { homedir } from 'node:os'
import type { Env } from '../ports.ts'

declare const LS_AUTH_VERSION: string

/** The process's own environment. */
export function processEnv(): Env {
  return {
    variables: process.env,
    platform: process.platform,
    homeDirectory: homedir(),
    systemConfigFile:
      process.platform === 'win32'
        ? `${process.env.ProgramData ?? 'C:\\ProgramData'}\\ls-auth\\config.toml`
        : '/etc/ls-auth/config.toml',
    pid: process.pid,
    uid: process.getuid?.(),
    version: typeof LS_AUTH_VERSION === 'string' ? LS_AUTH_VERSION : '0.0.0-source',
  }
}
