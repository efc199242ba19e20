import { run } from './cli.ts'
import { Failure } from './errors.ts'
import type { Env, Ports } from './ports/ports.ts'
import { userBrowser } from './system/browser.ts'
import { wallClock } from './system/clock.ts'
import { processEnv } from './system/env.ts'
import { once } from './system/once.ts'
import { type ExitState, leave, openExitState, processSignals } from './system/signals.ts'
import { processTerminal } from './system/terminal/terminal.ts'

/** The real ports. Heavy ones are lazy and memoized: loaded by the first command that needs them. */
export function realPorts(env: Env = processEnv(), exitState: ExitState = openExitState()): Ports {
  const terminal = processTerminal(env.variables, exitState)
  return {
    env,
    clock: wallClock,
    terminal,
    signals: processSignals(exitState),
    files: once(async () => (await import('./system/files/files.ts')).realFiles),
    lock: once(async () => (await import('./system/files/lock.ts')).kernelLock()),
    keychain: once(async () => (await import('./system/keychain.ts')).osKeychain(env, terminal, exitState)),
    http: async (settings) => (await import('./system/http/http.ts')).openHttp(settings, env),
    upstream: async (settings) => (await import('./system/http/upstream.ts')).openUpstream(settings, env),
    localServers: once(async () => (await import('./system/local-server.ts')).localServers),
    browser: once(async () => userBrowser),
    programs: once(async () => (await import('./system/programs.ts')).otherPrograms),
    openedKeys: new Map(),
  }
}

/** For the tests of the built program, which has its own class Failure. */
export { Failure, run }

/** Runs the command line of this process and exits with its status. */
export async function main(): Promise<void> {
  // Node opens its debugger on this signal, to every user of the machine, where nothing listens for it.
  process.on('SIGUSR1', () => {})
  // If the event loop runs empty before the command has ended, that isn't a success.
  process.exitCode = 1
  const exitState = openExitState()
  leave(await run(process.argv.slice(2), realPorts(processEnv(), exitState)), exitState)
}
