import { spawn } from 'node:child_process'

/**
 * Processes that use every processor time they get, as a build beside the storm does. Each ends when the pipe from this
 * process closes, so that none of them outlives a storm that was killed.
 */
export function startBusyLoops(count: number): { stop(): void } {
  const loops = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', LOOP], { stdio: ['pipe', 'ignore', 'inherit'] }),
  )
  return {
    stop: () => {
      for (const loop of loops) loop.kill('SIGKILL')
    },
  }
}

/** Burns for 50 ms, then looks whether its standard input has ended. */
const LOOP = `
process.stdin.on('end', () => process.exit()).resume()
const burn = () => { for (const until = Date.now() + 50; Date.now() < until; ); setImmediate(burn) }
burn()`
