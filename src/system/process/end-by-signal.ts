import { constants } from 'node:os'
import type { ExitState } from './exit-state.ts'

/**
 * Ends this process by the signal itself, so that a shell sees 130, 143 or 129, and a stuck native call cannot hold it.
 *
 * Windows has no signals. Node terminates a process there that sends itself one, with status 1, which would say "a bug in ls-auth", and
 * throws for SIGHUP (`process.kill`: "Signal events"). So it exits with 130, 143 or 129. An exit waits for native calls; while there are
 * any it is terminated.
 */
export function endBySignal(signal: NodeJS.Signals, { nativeCalls }: Pick<ExitState, 'nativeCalls'>): void {
  if (process.platform !== 'win32') process.kill(process.pid, signal)
  else if (nativeCalls > 0) process.kill(process.pid, 'SIGKILL')
  else process.exit(128 + constants.signals[signal])
}
