import type { Witness } from '../../api/destination.ts'
import type { Signals } from '../../ports/ports.ts'

/**
 * The same witness, for a command that a signal ends at once: a request that is under way then is told to have ended without
 * an answer, since it was sent. Each is told once.
 */
export function toTheEnd({ beforeEnd }: Signals, witness: Witness): Witness {
  return (request) => {
    const { headers, ended } = witness(request)
    let told: Promise<void> | undefined
    const tell: typeof ended = (status, traceId) => {
      told ??= ended(status, traceId)
      return told
    }
    const forget = beforeEnd(() => tell(undefined))
    // Only now: a signal may come while it is being written.
    return { headers, ended: (status, traceId) => tell(status, traceId).finally(forget) }
  }
}
