import type { LocalExchange } from '../../ports/local-server.ts'
import type { Clock } from '../../ports/ports.ts'

const FIRST_MILLISECONDS = 100
const LONGEST_MILLISECONDS = 10_000
/** After so long without a wrong secret the next one is answered fast again. */
const FORGET_MILLISECONDS = 60_000
/** Callers that wait for their refusal. When there are more, the one that has waited longest is dropped. */
const MAX_WAITING = 64

/** How long the answer to the `n`th wrong secret in a row is held back. */
export const delayOf = (n: number): number =>
  Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.min(n - 1, 30))

/**
 * Holds back the answers to wrong secrets, ever longer. All callers count as one: over loopback they have no address of
 * their own. So the right secret is never held back, and nobody can shut the door for it. Resolves to false when the
 * caller has been dropped.
 */
export function slowRefusals(clock: Clock): (exchange: LocalExchange) => Promise<boolean> {
  let [wrong, last] = [0, Number.NEGATIVE_INFINITY]
  const waiting = new Set<AbortController>()
  return async (exchange) => {
    const now = clock.now()
    wrong = now - last > FORGET_MILLISECONDS ? 1 : wrong + 1
    last = now
    const place = new AbortController()
    waiting.add(place)
    const [oldest] = waiting
    if (oldest !== undefined && waiting.size > MAX_WAITING) {
      waiting.delete(oldest)
      oldest.abort()
    }
    try {
      await clock.sleep(delayOf(wrong), AbortSignal.any([place.signal, exchange.gone]))
      return true
    } catch {
      exchange.drop()
      return false
    } finally {
      waiting.delete(place)
    }
  }
}
