import { MIN_SPANS, makeTrace, movedTo, type TraceData } from '../world/trace-data.ts'

/** Traces that the trace back ends serve while they grow: the same array for all of them, the latest last. */
export interface Traffic {
  readonly traces: TraceData[]
  stop(): void
}

const HOUR_SECONDS = 3_600
/** A new trace every so many seconds; as many apart are those of the last hour. */
const EVERY_SECONDS = 20
/** One in so many checkouts fails; in the others the card network answers. */
const FAILING = 4
/** The failed checkout that the README looks at, always the same: of a minute before the start, and never dropped. */
export const KNOWN: TraceData = makeTrace({ seed: 0 })
const KNOWN_AGO_SECONDS = 60

/** Makes the checkouts of the last hour, then one more every 20 seconds until stopped; the oldest are dropped. */
export function startTraffic(): Traffic {
  const traces: TraceData[] = []
  let seed = 0
  const add = (secondsAgo: number) => {
    seed += 1
    const trace = makeTrace({ seed, spans: MIN_SPANS + ((seed * 7) % 60), fails: seed % FAILING === 0 })
    traces.push(movedTo(Date.now() - secondsAgo * 1000, trace))
    if (traces.length > HOUR_SECONDS / EVERY_SECONDS)
      traces.splice(traces[0]?.traceId === KNOWN.traceId ? 1 : 0, 1)
  }
  for (let ago = HOUR_SECONDS - EVERY_SECONDS; ago > 0; ago -= EVERY_SECONDS) {
    if (ago === KNOWN_AGO_SECONDS) traces.push(movedTo(Date.now() - ago * 1000, KNOWN))
    else add(ago)
  }
  const timer = setInterval(() => add(1), EVERY_SECONDS * 1000)
  return { traces, stop: () => clearInterval(timer) }
}
