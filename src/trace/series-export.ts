import { safeText } from '../safe-text.ts'
import { isoMillis } from './formats/iso-time.ts'
import { seriesName, type TimeSeries } from './series.ts'

/** One series of `query -o json` and `-o ndjson`: labels in the back end's order, times RFC 3339, null for no value. */
export function toSeriesJson(series: TimeSeries) {
  return {
    name: seriesName(series),
    labels: Object.fromEntries(series.labels),
    points: series.points.map(([at, value]) => ({ time: isoMillis(at), value })),
  }
}

/**
 * All points as CSV (RFC 4180): time, one column a label, value; a line a point, so that any tool can pivot it. Texts
 * that a spreadsheet would run as a formula get an apostrophe in front.
 */
export function* toSeriesCsv(all: readonly TimeSeries[]): Generator<string> {
  const names = [...new Set(all.flatMap(({ labels }) => labels.map(([name]) => name)))]
  yield `${['time', ...names.map(text), 'value'].map(quote).join(',')}\r\n`
  for (const { labels, points } of all) {
    const values = new Map(labels)
    const cells = names.map((name) => text(values.get(name) ?? ''))
    for (const [at, value] of points) {
      const row = [isoMillis(at), ...cells, value === null ? '' : String(value)]
      yield `${row.map(quote).join(',')}\r\n`
    }
  }
}

function text(value: string): string {
  const safe = safeText(value, Number.POSITIVE_INFINITY)
  return /^[=+\-@]/.test(safe) ? `'${safe}` : safe
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
