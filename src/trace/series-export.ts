import { csvLine, csvText } from './formats/csv-cell.ts'
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
 * All points as CSV (RFC 4180): time, one column a label, value; one line a point, so that any tool can pivot it.
 * Labels are escaped, see {@link csvText}.
 */
export function* toSeriesCsv(all: readonly TimeSeries[]): Generator<string> {
  const names = [...new Set(all.flatMap(({ labels }) => labels.map(([name]) => name)))]
  yield csvLine(['time', ...names.map(csvText), 'value'])
  for (const { labels, points } of all) {
    const values = new Map(labels)
    const cells = names.map((name) => csvText(values.get(name) ?? ''))
    for (const [at, value] of points) {
      const row = [isoMillis(at), ...cells, value === null ? '' : String(value)]
      yield csvLine(row)
    }
  }
}
