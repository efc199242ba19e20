import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** `250us`, `5ms`, `1.5s`, `2m`, `1h`, or several (`1m30s`) → nanoseconds. Failure `usage`, naming the flag. */
export function parseNanos(text: string, flag: string): number {
  const trimmed = text.trim().replaceAll('μ', 'µ')
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(trimmed)) {
    throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a duration`, {
      hint: 'Write it with its unit: 250us, 5ms, 1.5s, 2m.',
    })
  }
  let nanos = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    nanos += Number(amount) * UNITS[unit as string]!
  }
  return Math.round(nanos)
}
