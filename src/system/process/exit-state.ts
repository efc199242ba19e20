import { constants } from 'node:os' /** What decides how the process can exit. Made in `main`; the ports set it. */
export interface ExitState {
  /** A native call timed out. It still blocks a thread, so the process can only be killed. */
  nativeCallStuck: boolean
  /** Native calls without an answer yet: for them `process.exit` waits. */
  nativeCalls: number
  /** Output went through a stream of Node's, which may still buffer some of it. */
  outputBuffered: boolean
  /** Standard input was read. (Not found out by looking: an access of `process.stdin` builds a stream.) */
  stdinRead: boolean
}

/** The state at the start. On Windows all output goes through streams of Node's. */
export function openExitState(): ExitState {
  return {
    nativeCallStuck: false,
    nativeCalls: 0,
    outputBuffered: process.platform === 'win32',
    stdinRead: false,
  }
}

/**
 * Ends the process with `status`. With no output left in a buffer it exits at once, without waiting for idle connections and
 * the heap; else Node ends by itself once the streams are flushed. After a native keychain call that timed out neither works,
 * because `process.exit` waits for the blocked thread. Then a shell that exits replaces the process image (Node 22.15 and
 * later), else the process kills itself (137, on Windows 1).
 */
export function leave(status: number, state: ExitState): void {
  process.exitCode = status
  if (state.nativeCallStuck) {
    const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => never }
    if (execve && process.platform !== 'win32') execve('/bin/sh', ['sh', '-c', `exit ${status}`], {})
    process.kill(process.pid, 'SIGKILL')
  }
  if (!state.outputBuffered) process.exit(status)
  if (!state.stdinRead) return
  // A terminal that was read from keeps the event loop alive.
  process.stdin.pause()
  process.stdin.unref?.()
}

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
