/** Work in turn: so many at once, the others wait. */
export interface InTurn {
  /** Runs work when its turn comes. What was aborted meanwhile is not begun: rejects with the reason. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
}

/** `most`: a trace of 100,000 spans takes much memory, so few are read at once. */
export function inTurn(most: number): InTurn {
  const waiting: (() => void)[] = []
  const idlers: (() => void)[] = []
  let running = 0
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
        return await work()
      } finally {
        running -= 1
        waiting.shift()?.()
        if (running === 0) for (const resolve of idlers.splice(0)) resolve()
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  }
}
