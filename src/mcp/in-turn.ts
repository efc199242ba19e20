/** Work in turn: so many at once, the others wait. */
export interface InTurn {
  /**
   * Runs work when its turn comes. What was aborted meanwhile is not begun, and what is aborted later has no turn any more,
   * though it may still run: rejects with the reason.
   */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
}

/** `most`: a trace of 100,000 spans takes much memory, so few are read at once. */
export function inTurn(most: number): InTurn {
  const waiting: (() => void)[] = []
  const idlers: (() => void)[] = []
  /** With those that wait. */
  let running = 0
  /** Begun and not ended, aborted or not. */
  let unfinished = 0
  const tellIdle = () => {
    if (isIdle()) for (const resolve of idlers.splice(0)) resolve()
  }
  const isIdle = () => running === 0 && unfinished === 0
  const turn = (): Promise<void> => {
    running += 1
    if (running <= most) return Promise.resolve()
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    async run(signal, work) {
      await turn()
      try {
        signal.throwIfAborted()
        return await orAborted(begun(work), signal)
      } finally {
        running -= 1
        waiting.shift()?.()
        tellIdle()
      }
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  }

  async function begun<T>(work: () => Promise<T>): Promise<T> {
    unfinished += 1
    try {
      return await work()
    } finally {
      unfinished -= 1
      tellIdle()
    }
  }
}

/** What is given, or the reason of the signal where that comes before. */
function orAborted<T>(given: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    given.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
