import type { Clock } from '../ports.ts'

/** The wall clock. Long waits are cut into pieces, because timers stand still while a machine sleeps. */
export const wallClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    const deadline = Date.now() + milliseconds
    for (let left = milliseconds; left > 0; left = deadline - Date.now()) {
      await nap(Math.min(left, 5_000), signal)
    }
  },
}

function nap(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
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
