import type { Unit } from '../../series.ts'
import { formatDuration } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import { formatNumber } from '../number.ts'

/** A value in its unit, at most nine columns: `260µs`, `1.5k`. */
export function valueText(
  value: number,
  { unit, unicode }: { readonly unit?: Unit | undefined; readonly unicode: boolean },
): string {
  if (unit !== 'seconds' || !Number.isFinite(value)) return formatNumber(value)
  const text = formatDuration(Math.abs(value) * 1e9, glyphsFor(unicode).micro)
  return value < 0 ? `-${text}` : text
}
