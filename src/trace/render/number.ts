import type { Unit } from '../series.ts'
import { formatDuration } from './format-duration.ts'
import { glyphsFor } from './glyphs.ts'

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const

/**
 * A number for people, at most nine columns: three significant digits, thousands by prefix (`12.3k`, `1.5M`), tiny and
 * enormous ones by exponent (`1.2e-7`). Rounding carries into the next prefix: never `1000k`.
 */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return Number.isFinite(value) ? '0' : String(value)
  const size = Math.abs(value)
  if (size < 0.001 || size >= 999.5e18) return value.toExponential(1).replace('e+', 'e')
  for (const [i, prefix] of PREFIXES.entries()) {
    const text = threeDigits(value / 1000 ** i)
    if (Math.abs(Number(text)) < 1000) return text + prefix
  }
  return value.toExponential(1).replace('e+', 'e')
}

/** `0.00123`, `0.123`, `1.23`, `12.3`, `123`; zeros at the end of a fraction say nothing. */
function threeDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const text = value.toFixed(Math.min(5, digits))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The smallest 1, 2, 2.5 or 5 in its decade that is at least this much; the step of an axis. */
export function niceNumberStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least))
  // Tolerance for rounding errors: 0.3 / 0.1 is a little more than 3.
  const digit = [1, 2, 2.5, 5, 10].find((one) => one * decade >= least * (1 - 1e-9)) as number
  return digit * decade
}

/** A value in its unit, at most nine columns: `260µs`, `1.5k`. */
export function valueText(
  value: number,
  { unit, unicode }: { readonly unit?: Unit | undefined; readonly unicode: boolean },
): string {
  if (unit !== 'seconds' || !Number.isFinite(value)) return formatNumber(value)
  const text = formatDuration(Math.abs(value) * 1e9, glyphsFor(unicode).micro)
  return value < 0 ? `-${text}` : text
}
