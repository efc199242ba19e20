import type { Signals } from '../ports/ports.ts'

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Timeout of a deferred signal: the answer to a token request may still be on its way. */
const DEFERRAL_TIMEOUT_MILLISECONDS = 3_000

/**
 * A signal ends the process at once (the system's default), except between a request that cannot be repeated and committing
 * its answer (a refresh token, a client to register): there it is deferred, because dying would lose the session or leave the
 * client. A second signal is not deferred. The process ends by the signal itself, so that a shell sees 130, 143 or 129, and a
 * stuck native call cannot hold it.
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
    setTimeout(() => end(signal), DEFERRAL_TIMEOUT_MILLISECONDS)
  }
  return {
    ending: (stop) =>
      new Promise((resolve) => {
        const listenNoMore = () => {
          for (const name of ENDING) process.removeListener(name, heard)
        }
        const heard = (_: NodeJS.Signals, signalNumber: number) => {
          listenNoMore()
          resolve(128 + signalNumber)
        }
        for (const name of ENDING) process.on(name, heard)
        stop.addEventListener('abort', listenNoMore, { once: true })
      }),
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
