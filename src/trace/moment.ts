import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { parseNanos } from './nanos.ts'
import { parseRfc3339, withZone } from './rfc3339.ts'

/** A point in time as a person gives it: after the zero of the axis, or absolute (nanoseconds since the epoch). */
export type Moment = { readonly afterNanos: number } | { readonly epochNanos: bigint }

/** `120ms`, `1m30s`, `0`, or RFC 3339 with up to nine decimals. Failure `usage`, naming the flag. */
export function parseMoment(text: string, flag: string): Moment {
  const trimmed = text.trim()
  if (trimmed === '0') return { afterNanos: 0 }
  // A day alone is none: a trace is a matter of seconds.
  const time = trimmed.length > 10 ? parseRfc3339(trimmed) : undefined
  if (typeof time === 'object') return { epochNanos: BigInt(time.millis) * 1_000_000n + BigInt(time.nanos) }
  if (/^[\d.]+[a-zµμ]/.test(trimmed)) return { afterNanos: parseNanos(trimmed, flag) }
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is no moment of a trace`, {
    hint:
      time === 'no-zone'
        ? withZone(trimmed)
        : 'Write 120ms after its start, as on the axis, or a time like 2026-11-24T10:00:00.120Z.',
  })
}

/** The moment in nanoseconds after the tree's start; `startNanos` is that start, `zeroNanos` the zero of the axis. */
export function placeMoment(moment: Moment, startNanos: bigint, zeroNanos: number): number {
  if ('afterNanos' in moment) return zeroNanos + moment.afterNanos
  return Number(moment.epochNanos - startNanos)
}
