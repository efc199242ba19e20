import type { Signals } from '../ports/ports.ts'

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
  else process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal])
}
