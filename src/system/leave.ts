import { stuck } from './stuck.ts'

/**
 * Ends the process with `status`. Normally Node ends by itself once the streams are flushed. After a native
 * keychain call that never came back it cannot: the call holds a thread that `process.exit` waits for. Then the
 * process image is replaced by a shell that exits (Node 22.15 and later), else the process kills itself (137).
 */
export function leave(status: number): void {
  process.exitCode = status
  // A terminal that was read from would keep the process alive.
  process.stdin.pause()
  process.stdin.unref?.()
  if (!stuck.call) return
  const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => never }
  if (execve && process.platform !== 'win32') execve('/bin/sh', ['sh', '-c', `exit ${status}`], {})
  process.kill(process.pid, 'SIGKILL')
}
