import type { Signals } from '../ports.ts'

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Longest time a signal waits for a commit: the answer to a token request may still be on its way. */
const PATIENCE_MILLISECONDS = 3_000

/**
 * A signal ends the process at once, except between the sending of a refresh token and the commit of its answer:
 * there it waits, because dying would lose the session. A second signal does not wait. The process ends by the
 * signal itself, so a shell sees 130, 143 or 129, and a stuck native call cannot hold it.
 */
export function processSignals(): Signals {
  let shields = 0
  let pending: NodeJS.Signals | undefined
  const end = (signal: NodeJS.Signals) => {
    for (const name of ENDING) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  }
  for (const signal of ENDING) {
    process.on(signal, () => {
      if (shields === 0 || pending !== undefined) return end(signal)
      pending = signal
      setTimeout(() => end(signal), PATIENCE_MILLISECONDS)
    })
  }
  return {
    async shield(work) {
      shields++
      try {
        return await work()
      } finally {
        shields--
        if (shields === 0 && pending !== undefined) end(pending)
      }
    },
  }
}
