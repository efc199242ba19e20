/** From where on a difference counts. Both must hold. */
export interface Threshold {
  /** Of the smaller of the two times, so that A and B can change places: 0.25 is a quarter. */
  readonly share: number
  readonly leastNanos: number
}

/** Two traces of one request differ by this much for no reason: the same code, another moment. */
const SHARE_OF_ONE = 0.25
/** Also the medians of many traces are no more exact. */
const LEAST_SHARE = 0.05
/** What takes less of the whole trace is nothing that a person can win back. */
const LEAST_OF_WHOLE = 0.01

/**
 * A quarter for one trace against another. The error of a median falls with the square root of the number of traces, so
 * with four on each side it is an eighth, and from 25 on a twentieth, which is the least. In each case one hundredth of
 * the whole trace, `wholeNanos`.
 */
export function thresholdFor(tracesA: number, tracesB: number, wholeNanos: number): Threshold {
  const share = SHARE_OF_ONE / Math.sqrt(Math.max(1, Math.min(tracesA, tracesB)))
  return { share: Math.max(LEAST_SHARE, share), leastNanos: wholeNanos * LEAST_OF_WHOLE }
}

/** Whether two times, in nanoseconds, differ by enough to count. */
export function differs(aNanos: number, bNanos: number, { share, leastNanos }: Threshold): boolean {
  const delta = Math.abs(bNanos - aNanos)
  return delta > 0 && delta >= leastNanos && delta >= share * Math.min(aNanos, bNanos)
}
