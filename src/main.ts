import { run } from './cli.ts'
import type { Ports } from './ports.ts'
import { wallClock } from './system/clock.ts'
import { processEnv } from './system/env.ts'
import { processSignals } from './system/signals.ts'
import { processTerminal } from './system/terminal.ts'

export { run } from './cli.ts'

/** The real machine. Heavy parts are loaded by the first command that needs them, and once. */
export function realPorts(): Ports {
  const env = processEnv()
  const terminal = processTerminal(env.variables)
  const once = <T>(load: () => Promise<T>): (() => Promise<T>) => {
    let loaded: Promise<T> | undefined
    return () => (loaded ??= load())
  }
  return {
    env,
    clock: wallClock,
    terminal,
    signals: processSignals(),
    files: once(async () => (await import('./system/files.ts')).realFiles),
    lock: once(async () => (await import('./system/lock.ts')).kernelLock()),
    keychain: once(async () => (await import('./system/keychain.ts')).osKeychain(env, terminal)),
    http: async (settings) => (await import('./system/http.ts')).openHttp(settings, env),
    browser: once(async () => (await import('./system/browser.ts')).userBrowser),
  }
}

/** The process: runs one command line and leaves with its status. */
export async function main(): Promise<void> {
  // A reader that went away (`| head`) is not an error; `Terminal.out` hears of it as well.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const status = await run(process.argv.slice(2), realPorts())
  const { leave } = await import('./system/leave.ts')
  leave(status)
}
