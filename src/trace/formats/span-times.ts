import { NONE, type SpanMark } from '../model.ts'
import { asInteger } from './foreign-json.ts'

const START_MISSING: readonly SpanMark[] = Object.freeze(['start-missing'])
const END_MISSING: readonly SpanMark[] = Object.freeze(['end-missing'])
const BOTH_MISSING: readonly SpanMark[] = Object.freeze(['start-missing', 'end-missing'])
const REVERSED: readonly SpanMark[] = Object.freeze(['end-before-start'])

export interface SpanTimes {
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly marks: readonly SpanMark[]
}

// An end in early 1970 without a start isn't a time but a known duration (see json-export.ts).
const LONGEST_LONE_DURATION = 9_007_199_254_740_991n

// The largest 64-bit number, the limit of every format. A larger one (JSON allows 1e308) isn't a time and no duration.
const MOST_NANOS = (1n << 64n) - 1n

/** From start and end in nanoseconds since the epoch, 0 where there is none. The arrays of marks are shared. */
export function timesBetween(givenStart: bigint, givenEnd: bigint): SpanTimes {
  const start = givenStart <= MOST_NANOS ? givenStart : 0n
  const end = givenEnd <= MOST_NANOS ? givenEnd : 0n
  if (start <= 0n) {
    if (end <= 0n) return { startNanos: 0n, durationNanos: 0, marks: BOTH_MISSING }
    const durationNanos = end <= LONGEST_LONE_DURATION ? Number(end) : 0
    return { startNanos: 0n, durationNanos, marks: START_MISSING }
  }
  if (end <= 0n) return { startNanos: start, durationNanos: 0, marks: END_MISSING }
  if (end < start) return { startNanos: start, durationNanos: 0, marks: REVERSED }
  return { startNanos: start, durationNanos: Number(end - start), marks: NONE }
}

/**
 * A moment in nanoseconds since the epoch; undefined where the source gives none (0 in OTLP), or a moment that no format can
 * have.
 */
export function knownMoment(nanos: bigint | undefined): bigint | undefined {
  return nanos !== undefined && nanos > 0n && nanos <= MOST_NANOS ? nanos : undefined
}

/** {@link knownMoment}, from microseconds as JSON has them (Jaeger, Zipkin). */
export const eventMomentOfMicros = (micros: unknown): bigint | undefined =>
  knownMoment((asInteger(micros) ?? 0n) * 1000n)

const word = new DataView(new ArrayBuffer(8))

/** A 64-bit number from its halves, without intermediate bigints: each operation on a `bigint` allocates. */
function fromHalves(high: number, low: number): bigint {
  word.setUint32(0, high)
  word.setUint32(4, low)
  return word.getBigUint64(0)
}

/** {@link timesBetween}, from 64-bit numbers in halves of 32 bits. */
export function timesBetweenHalves(
  startHigh: number,
  startLow: number,
  endHigh: number,
  endLow: number,
): SpanTimes {
  const startNanos = fromHalves(startHigh, startLow)
  const durationNanos = (endHigh - startHigh) * 2 ** 32 + (endLow - startLow)
  if (startHigh > 0 && endHigh > 0 && durationNanos >= 0) return { startNanos, durationNanos, marks: NONE }
  return timesBetween(startNanos, fromHalves(endHigh, endLow))
}

/** Longer durations in microseconds aren't exact number of nanoseconds. */
const MOST_MICROS = Math.floor(Number.MAX_SAFE_INTEGER / 1000)

/** From start and duration in microseconds as JSON has them (Jaeger, Zipkin). */
export function timesOfMicros(start: unknown, duration: unknown): SpanTimes {
  const isUsual =
    Number.isSafeInteger(start) &&
    Number.isSafeInteger(duration) &&
    (start as number) > 0 &&
    (duration as number) >= 0
  if (!isUsual || (duration as number) > MOST_MICROS)
    return timesLasting(asInteger(start), asInteger(duration))
  return {
    startNanos: BigInt(start as number) * 1000n,
    durationNanos: (duration as number) * 1000,
    marks: NONE,
  }
}

/** From start and duration in microseconds, `undefined` where there is none. */
function timesLasting(start: bigint | undefined, duration: bigint | undefined): SpanTimes {
  const startNanos = inNanos(start ?? 0n) ?? 0n
  const lasted = inNanos(duration ?? 0n)
  if (duration !== undefined && duration < 0n) return { startNanos, durationNanos: 0, marks: REVERSED }
  const endless = duration === undefined || lasted === undefined
  const durationNanos = Number(lasted ?? 0n)
  if (startNanos === 0n) {
    return { startNanos, durationNanos, marks: endless ? BOTH_MISSING : START_MISSING }
  }
  return { startNanos, durationNanos, marks: endless ? END_MISSING : NONE }
}

function inNanos(micros: bigint): bigint | undefined {
  const nanos = micros * 1000n
  return nanos < 0n ? 0n : nanos <= MOST_NANOS ? nanos : undefined
}

/** All spans that have this mark alone share one array: it may be most spans of a large trace. */
const FOLLOWS: readonly SpanMark[] = Object.freeze(['follows-parent'])

export function withMark(marks: readonly SpanMark[], mark: SpanMark | undefined): readonly SpanMark[] {
  if (mark === undefined) return marks
  return mark === 'follows-parent' && marks.length === 0 ? FOLLOWS : [...marks, mark]
}

// What Date can hold: ±8.64e15 ms around the epoch.
const FARTHEST_MILLIS = 8_640_000_000_000_000n

/**
 * Nanoseconds since the epoch as RFC 3339 in UTC. Truncated (not rounded) to `decimals` of a second: 9 loses nothing. A
 * time beyond the range of `Date` (a broken source) is written as its number of nanoseconds.
 */
export function isoTime(nanos: bigint, decimals: 3 | 6 | 9 = 9): string {
  const inSecond = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const millis = (nanos - inSecond) / 1_000_000n
  if (millis > FARTHEST_MILLIS || millis < -FARTHEST_MILLIS) return `${nanos}ns`
  const seconds = new Date(Number(millis)).toISOString().slice(0, -5)
  return `${seconds}.${String(inSecond).padStart(9, '0').slice(0, decimals)}Z`
}

/** Milliseconds since the epoch as RFC 3339 in UTC; a time beyond the range of `Date` as its number. */
export function isoMillis(millis: number): string {
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? `${millis}ms` : date.toISOString()
}
