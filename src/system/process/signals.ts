import type { Signals } from '../../ports/ports.ts'
import type { ExitState } from './exit-state.ts'
import { endBySignal } from './exit-state.ts'

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Timeout of a deferred signal: the answer to a token request may still be on its way. */
const DEFERRAL_TIMEOUT_MILLISECONDS = 3_000
/** Timeout of what is written down before the end: a disk may hang. */
const LAST_WORDS_MILLISECONDS = 1_000

/**
 * A signal ends the process at once (the system's default). It is deferred between a request that cannot be repeated and
 * committing its answer (a refresh token, a client to register). Dying there would lose the session or leave the client. A
 * second signal is not deferred. Work given to `beforeEnd`, a line in a file, is done before either. The process ends by the
 * signal itself ({@link endBySignal}). A process that serves others ends in order instead, by `ending`: it hears of the signal
 * once it is no longer deferred.
 */
export function processSignals(exitState: ExitState): Signals {
  const endings = new Set<(status: number) => void>()
  const lastWords = new Set<() => Promise<void>>()
  let isLast = false
  let shields = 0
  let isListening = false
  let signalled = false
  let deferred: (() => void) | undefined

  const listen = () => {
    const isNeeded = shields > 0 || endings.size > 0 || lastWords.size > 0 || isLast
    if (isNeeded === isListening) return
    isListening = isNeeded
    for (const name of ENDING) isNeeded ? process.on(name, heard) : process.removeListener(name, heard)
  }
  const kill = (signal: NodeJS.Signals) => {
    for (const name of ENDING) process.removeListener(name, heard)
    endBySignal(signal, exitState)
  }
  const end = (signal: NodeJS.Signals) => {
    // Another signal changes nothing now: `timeout` and a terminal send two.
    if (isLast) return
    if (lastWords.size === 0) return kill(signal)
    isLast = true
    const killNow = () => kill(signal)
    setTimeout(killNow, LAST_WORDS_MILLISECONDS)
    Promise.allSettled([...lastWords].map((work) => work())).then(killNow)
  }
  const heard = (signal: NodeJS.Signals, signalNumber: number) => {
    if (signalled) return end(signal)
    signalled = true
    const waiting = [...endings]
    endings.clear()
    const take = () => {
      if (waiting.length === 0) end(signal)
      for (const resolve of waiting) resolve(128 + signalNumber)
    }
    listen()
    if (shields === 0) return take()
    const timer = setTimeout(() => deferred?.(), DEFERRAL_TIMEOUT_MILLISECONDS)
    deferred = () => {
      clearTimeout(timer)
      deferred = undefined
      take()
    }
  }
  return {
    ending: (stop) =>
      new Promise((resolve) => {
        endings.add(resolve)
        listen()
        const forget = () => {
          endings.delete(resolve)
          listen()
        }
        stop.addEventListener('abort', forget, { once: true })
      }),
    beforeEnd(work) {
      lastWords.add(work)
      listen()
      return () => {
        lastWords.delete(work)
        listen()
      }
    },
    async shield(work) {
      shields++
      listen()
      try {
        return await work()
      } finally {
        shields--
        listen()
        if (shields === 0) deferred?.()
      }
    },
  }
}
