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

/**
 * Nanoseconds in the largest unit up to seconds that they fill, with every digit: `299.785ms`. {@link parseNanos} reads the
 * same number from it.
 */
export function exactDuration(nanos: number): string {
  const [unit, digits] =
    nanos >= 1e9 ? ['s', 9] : nanos >= 1e6 ? ['ms', 6] : nanos >= 1e3 ? ['us', 3] : ['ns', 0]
  const point = String(nanos).length - digits
  const [whole, rest] = [String(nanos).slice(0, point), String(nanos).slice(point).replace(/0+$/, '')]
  return `${whole}${rest === '' ? '' : `.${rest}`}${unit}`
}
