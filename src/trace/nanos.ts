import { Failure } from '../errors.ts'
import { nanosIn } from '../text/duration.ts'
import { safeText } from '../text/safe-text.ts'

/** `250us`, `5ms`, `1.5s`, `2m`, `1d`, or several (`1m30s`) → nanoseconds. Failure `usage`, naming the flag. */
export function parseNanos(text: string, flag: string): number {
  const nanos = nanosIn(text)
  if (!Number.isNaN(nanos)) return nanos
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a duration`, {
    hint: 'Write it with its unit: 250us, 5ms, 1.5s, 2m.',
  })
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
