import { type Random, seeded } from '../world/trace/random.ts'

/** A trace of any size, in columns: a million spans as objects would be the larger part of the work. */
export interface BigTrace {
  readonly traceId: string
  readonly count: number
  /** Index of the parent, -1 for the root; always smaller than the span's own. */
  readonly parents: Int32Array
  /** Nanoseconds after {@link EPOCH}. */
  readonly starts: Float64Array
  /** Nanoseconds. */
  readonly durations: Float64Array
  /** Which of {@link SERVICES} services. */
  readonly services: Uint8Array
  /** 1 for a span that failed. */
  readonly errors: Uint8Array
  /** Half of a span id each. */
  readonly high: Uint32Array
  readonly low: Uint32Array
}

/** Nanoseconds since the epoch at which the root begins. */
export const EPOCH = 1_790_000_000_000_000_000n
export const SERVICES = 24
const ROOT_NANOS = 2_500_000_000

/**
 * Makes a trace that is the same for the same size, shape and seed: `bushy` hangs each span below one of the 60 before it,
 * three in ten of them in another service, one in a hundred failed; `chain` hangs each below the one before.
 */
export function bigTrace(count: number, shape: 'bushy' | 'chain' = 'bushy', seed = count): BigTrace {
  const random = seeded(seed)
  const trace: BigTrace = {
    traceId: random.hex(32),
    count,
    parents: new Int32Array(count).fill(-1),
    starts: new Float64Array(count),
    durations: new Float64Array(count).fill(ROOT_NANOS),
    services: new Uint8Array(count),
    errors: new Uint8Array(count),
    high: new Uint32Array(count),
    low: new Uint32Array(count),
  }
  for (let i = 0; i < count; i++) {
    trace.high[i] = random.between(1, 0xffff_ffff)
    trace.low[i] = i
    if (i > 0) hang(trace, i, shape, random)
  }
  return trace
}

/** `traces` different traces of `spans` spans each; the same ones for the same numbers and seed. */
export function manyTraces(traces: number, spans: number, seed = 0): BigTrace[] {
  return Array.from({ length: traces }, (_, i) => bigTrace(spans, 'bushy', seed + i + 1))
}

function hang(trace: BigTrace, i: number, shape: 'bushy' | 'chain', random: Random): void {
  const parent = shape === 'chain' ? i - 1 : Math.max(0, i - random.between(1, Math.min(i, 60)))
  const [start, duration] = [trace.starts[parent] as number, trace.durations[parent] as number]
  trace.parents[i] = parent
  trace.starts[i] = start + Math.floor((duration / 3) * (random.between(0, 999) / 1000))
  trace.durations[i] = Math.max(1000, Math.floor(duration * (random.between(20, 70) / 100)))
  trace.services[i] =
    random.between(1, 10) <= 7 ? (trace.services[parent] as number) : random.between(0, SERVICES - 1)
  trace.errors[i] = random.between(1, 100) === 1 ? 1 : 0
}
