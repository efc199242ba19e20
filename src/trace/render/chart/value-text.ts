import { formatDuration } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import { formatNumber } from '../number.ts'
import type { SeriesOptions } from './series-list.ts'

/** A value in its unit, at most nine columns: `260µs`, `1.5k`. */
export function valueText(value: number, { unit, unicode }: Pick<SeriesOptions, 'unit' | 'unicode'>): string {
  if (unit !== 'seconds' || !Number.isFinite(value)) return formatNumber(value)
  const text = formatDuration(Math.abs(value) * 1e9, glyphsFor(unicode).micro)
  return value < 0 ? `-${text}` : text
}
