import type { Span } from '../model.ts'
import { compareNames } from './attach.ts'
import type { Times } from './depth-first.ts'
import { isStartless, STARTLESS } from './span-facts.ts'

/** The values of each span that are read once, by its index in the source. */
export interface SpanTimes extends Times {
  /** Bits, see `factsOf`. */
  readonly facts: Uint8Array
  /** Nanoseconds. */
  readonly durations: Float64Array
}

/** The earliest start of spans that have one, nanoseconds since the epoch; 0 when none has. */
export function earliestStart(spans: readonly Span[]): bigint {
  let least: bigint | undefined
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!
    if (!isStartless(span) && (least === undefined || span.startNanos < least)) least = span.startNanos
  }
  return least ?? 0n
}

/**
 * Starts and ends after `zero`, nanoseconds. A span without a start begins with its nearest ancestor that has one (as Jaeger's UI does), else with
 * the trace.
 */
export function relativeTimes(
  spans: readonly Span[],
  facts: Uint8Array,
  zero: bigint,
  parents: Int32Array,
): SpanTimes {
  const starts = new Float64Array(spans.length)
  const durations = new Float64Array(spans.length)
  const startless: number[] = []
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!
    const isTimed = (facts[i]! & STARTLESS) === 0
    starts[i] = isTimed ? Number(span.startNanos - zero) : Number.NaN
    durations[i] = span.durationNanos
    if (!isTimed) startless.push(i)
  }
  for (const first of startless) {
    const chain: number[] = []
    let at = first
    for (; at >= 0 && Number.isNaN(starts[at]); at = parents[at]!) chain.push(at)
    for (const i of chain) starts[i] = at < 0 ? 0 : starts[at]!
  }
  const ends = starts.map((start, i) => start + durations[i]!)
  return { facts, starts, ends, durations, ofTwo: (a, b) => compareNames(spans[a]!, spans[b]!) }
}
