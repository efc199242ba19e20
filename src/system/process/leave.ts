import type { ExitState } from './exit-state.ts'

/**
 * Ends the process with `status`. With no output left in a buffer it exits at once, without waiting for idle
 * connections and for the heap to be torn down; else Node ends by itself once the streams are flushed. After a native
 * keychain call that timed out neither works, because `process.exit` waits for the blocked thread: the process image is
 * replaced by a shell that exits (Node 22.15 and later), else the process kills itself (137, on Windows 1).
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
