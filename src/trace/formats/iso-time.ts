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
