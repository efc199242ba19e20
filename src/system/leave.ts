import type { ExitState } from './exit-state.ts'

/**
 * Ends the process with `status`. Where nothing is left in a stream that is at once (waiting for idle connections and
 * taking the heap down costs milliseconds), else Node ends by itself when they are flushed. After a native keychain
 * call that never came back neither works: the call holds a thread that `process.exit` waits for. Then the process
 * image is replaced by a shell that exits (Node 22.15 and later), else the process kills itself (137).
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
  // A terminal that was read from would keep the process alive.
  process.stdin.pause()
  process.stdin.unref?.()
}
