import type { Signals } from '../ports.ts'

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Longest time a signal waits for a commit: the answer to a token request may still be on its way. */
const PATIENCE_MILLISECONDS = 3_000

/**
 * A signal ends the process at once, by the system's own default, except between the sending of a refresh token and
 * the commit of its answer: there it waits, because dying would lose the session. A second signal does not wait.
 * The process ends by the signal itself, so a shell sees 130, 143 or 129, and a stuck native call cannot hold it.
 */
export function processSignals(): Signals {
  let shields = 0
  let pending: NodeJS.Signals | undefined
  const end = (signal: NodeJS.Signals) => {
    for (const name of ENDING) process.removeListener(name, hold)
    process.kill(process.pid, signal)
  }
  const hold = (signal: NodeJS.Signals) => {
    if (pending !== undefined) return end(signal)
    pending = signal
    setTimeout(() => end(signal), PATIENCE_MILLISECONDS)
  }
  return {
    async shield(work) {
      if (shields++ === 0) for (const name of ENDING) process.on(name, hold)
      try {
        return await work()
      } finally {
        if (--shields === 0) {
          for (const name of ENDING) process.removeListener(name, hold)
          if (pending !== undefined) end(pending)
        }
      }
    },
  }
}
