import { Failure } from '../../errors.ts'
import { parseUnitDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { splitScope } from '../../trace/conditions/attribute-scope.ts'
import type { SeriesFormat } from '../../trace/formats/output-choices.ts'
import { maskerUnder, maskText } from '../../trace/masking.ts'
import type { SeriesOptions } from '../../trace/render/chart/series-list.ts'
import {
  MOST_POINTS,
  type QueryResult,
  type SeriesQuery,
  type TimeRange,
  type TimeSeries,
  usualStep,
} from '../../trace/series.ts'
import { toSeriesCsv, toSeriesJson } from '../../trace/series-export.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { type Invocation, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { printData, readFormat, tellMasked } from './print-rows.ts'
import { readTimes } from './time-range.ts'

interface QueryOptions {
  readonly asked: SeriesQuery
  /** Instead of the profile's back end. */
  readonly file: string | undefined
  /** `auto`: a chart on a terminal, a table elsewhere. */
  readonly format: SeriesFormat | 'auto'
  readonly showSensitive: boolean
}

/** `ls-auth query 'TEXT'`: time series as a chart (on a terminal), a table (elsewhere), or data. */
export const query: CliCommand<QueryOptions> = { read, run }

function read(typed: Typed): QueryOptions {
  const { args, flags, now } = typed
  const range = readTimes(flags, now)
  return {
    asked: { text: args[0] as string, ...range, stepSeconds: readStep(flags.step, range) },
    file: flags.file as string | undefined,
    format: readFormat<QueryOptions['format']>(typed, 'auto'),
    showSensitive: flags.showSensitive === true,
  }
}

async function run(invocation: Invocation, options: QueryOptions): Promise<void> {
  const source = await openSource(invocation, 'query', options.file)
  const result = await source.query(options.asked)
  const series = options.showSensitive ? result.series : result.series.map(maskLabels)
  const isRanked = result.comparison !== undefined && isForPeople(options.format)
  // A ranking shows no labels, and tells of the values it leaves out.
  if (!isRanked && series.some((one, i) => one !== result.series[i])) tellMasked(invocation, 'labels')
  const partial = options.showSensitive ? result.partial : result.partial && maskText(result.partial)
  await write(invocation, options, { ...result, series, ...(partial !== undefined && { partial }) })
  if (partial !== undefined) {
    tell(invocation, `note: ${source.name} gave only a part of the result: ${safeText(partial, 300)}`)
  }
}

function readStep(step: unknown, range: TimeRange): number {
  const seconds = typeof step === 'string' ? parseUnitDuration(step, '--step') : usualStep(range)
  const points = (range.toMillis - range.fromMillis) / 1000 / seconds
  if (seconds >= 1 && points <= MOST_POINTS) return seconds
  const why = seconds >= 1 ? `makes ${Math.ceil(points)} points` : 'is no step'
  throw new Failure('usage', `--step: "${safeText(String(step), 40)}" ${why}`, {
    hint: `Give a step of at least 1s that makes at most ${MOST_POINTS} points, or a shorter time.`,
  })
}

const isForPeople = (format: QueryOptions['format']): boolean => format === 'auto' || format === 'table'

/** Masks sensitive labels. Returns the same object when there are none. */
function maskLabels(series: TimeSeries): TimeSeries {
  const labels = series.labels.map(([name, value]) => {
    return [name, maskerUnder(splitScope(name).bare)(value)] as const
  })
  return labels.some(([, value], i) => value !== series.labels[i]?.[1]) ? { ...series, labels } : series
}

async function write(
  invocation: Invocation,
  { asked, format, showSensitive }: QueryOptions,
  result: QueryResult,
): Promise<void> {
  const { series, comparison } = result
  const { terminal } = invocation.ports
  if (comparison !== undefined && isForPeople(format))
    return (await import('./ranked-query.ts')).printRanked(invocation, comparison, showSensitive)
  if (format === 'json' || format === 'ndjson' || format === 'csv') {
    return writeData(invocation, format, asked, result)
  }
  const options: SeriesOptions = {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    fromMillis: asked.fromMillis,
    toMillis: asked.toMillis,
    stepSeconds: asked.stepSeconds,
    unit: result.unit,
    bucketsAre: result.bucketsAre,
    timesAre: result.timesAre,
    aboutTimes: result.aboutTimes,
  }
  const isChart = format === 'chart' || (format === 'auto' && terminal.outIsTTY)
  const lines = isChart
    ? (await import('../../trace/render/chart/chart.ts')).renderChart(series, options)
    : (await import('../../trace/render/chart/series-table.ts')).renderTable(series, options)
  await terminal.page(lines, '\n')
}

async function writeData(
  invocation: Invocation,
  format: 'json' | 'ndjson' | 'csv',
  { text, fromMillis, toMillis, stepSeconds }: SeriesQuery,
  { series, unit, partial }: QueryResult,
): Promise<void> {
  if (format === 'csv') return invocation.ports.terminal.out([...toSeriesCsv(series)].join(''))
  const [from, to] = [fromMillis, toMillis].map((millis) => new Date(millis).toISOString())
  await printData(invocation, format, {
    rows: series,
    toJson: toSeriesJson,
    whole: (all) => ({
      from,
      to,
      stepSeconds,
      query: text,
      unit: unit ?? null,
      partial: partial ?? null,
      series: all,
    }),
  })
}
