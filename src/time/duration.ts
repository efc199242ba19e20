/** Nanoseconds in each. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
}
const AMOUNT = String.raw`(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)`
const SUM = new RegExp(`^(?:${AMOUNT})+$`)

/** `250us`, `.5s`, `1h30m`, `90d` → whole nanoseconds; NaN for what isn't a sum of amounts with units. */
export function nanosIn(text: string): number {
  // The Greek letter and the sign of the unit look alike.
  const sum = text.trim().replaceAll('μ', 'µ')
  if (!SUM.test(sum)) return Number.NaN
  let nanos = 0
  for (const [, amount, unit] of sum.matchAll(new RegExp(AMOUNT, 'g')))
    nanos += Number(amount) * (UNITS[unit as string] as number)
  return Math.round(nanos)
}
