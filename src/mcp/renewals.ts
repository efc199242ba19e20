import { portWith } from '../port-with.ts'
import type { Signals } from '../ports/ports.ts'

/** The renewals of the sign-in that a server has under way. */
export interface Renewals {
  /** For the calls: what they shield is a renewal. A signal is not deferred by it, so that the server hears of it at once. */
  readonly signals: Signals
  /** From now on none begins: the process would end in the midst of it. Resolves when none is under way. */
  over(): Promise<void>
}

/** Watches renewals, so that the server ends after them, and can end all else before. */
export function openRenewals(signals: Signals): Renewals {
  const underWay = new Set<Promise<unknown>>()
  let isOver = false
  return {
    signals: portWith(signals, {
      async shield(work) {
        if (isOver) throw new Error('the server ends')
        const renewal = work()
        underWay.add(renewal)
        return renewal.finally(() => underWay.delete(renewal))
      },
    }),
    async over() {
      isOver = true
      await Promise.allSettled(underWay)
    },
  }
}
