import type { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'

/** Why a proxy ends: its time is over, nobody has used it, the status for a signal, or the end of the session. */
export type End = 'ttl' | 'idle' | number | Failure

/** The life of one proxy. */
export interface Lifetime {
  /** Ends it with the session. */
  readonly over: (failure: Failure) => void
  /** Waits for the end. `lastUsed`: see {@link LocalProxy}. */
  end(lastUsed: () => number): Promise<End>
  /** Forgets timers and signals. */
  stop(): void
}

/** Begins now: a signal ends it from here on. */
export function lifetime(
  { clock, signals }: Pick<Ports, 'clock' | 'signals'>,
  { ttlSeconds, idleSeconds }: { readonly ttlSeconds: number; readonly idleSeconds: number },
): Lifetime {
  const stop = new AbortController()
  const signalled = signals.ending(stop.signal)
  let over: (failure: Failure) => void = () => {}
  const sessionEnd = new Promise<Failure>((resolve) => {
    over = resolve
  })
  const idle = async (lastUsed: () => number): Promise<'idle'> => {
    for (;;) {
      const left = lastUsed() + idleSeconds * 1000 - clock.now()
      if (left <= 0) return 'idle'
      await clock.sleep(left, stop.signal)
    }
  }
  const ttl = async (): Promise<'ttl'> => {
    await clock.sleep(ttlSeconds * 1000, stop.signal)
    return 'ttl'
  }
  return {
    over,
    end: (lastUsed) => Promise.race([signalled, sessionEnd, ttl(), idle(lastUsed)]),
    stop: () => stop.abort(),
  }
}
