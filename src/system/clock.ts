import type { Clock } from '../ports/ports.ts'

/**
 * The wall clock. Long sleeps are split into short timers, because timers stop while a machine is suspended. After each, the
 * elapsed time is that of the clock that is further ahead: the wall clock alone may be set back.
 */
export const wallClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    for (let left = milliseconds; left > 0; ) {
      const [wall, own] = [Date.now(), performance.now()]
      await shortSleep(Math.min(left, 5_000), signal)
      left -= Math.max(Date.now() - wall, performance.now() - own)
    }
  },
}

function shortSleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
