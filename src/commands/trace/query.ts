import { Failure } from '../../errors.ts'
import { safeJson, safeText } from '../../safe-text.ts'
import { parseDuration } from '../../settings/duration.ts'
import { splitScope } from '../../trace/attribute-scope.ts'
import { MASKED, maskText } from '../../trace/masking.ts'
import type { SeriesOptions } from '../../trace/render/chart/series-list.ts'
import { isSensitive } from '../../trace/sensitive-keys.ts'
import {
  MOST_POINTS,
  type SeriesQuery,
  type TimeRange,
  type TimeSeries,
  usualStep,
} from '../../trace/series.ts'
import { globals, type Invocation, printJson, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { readTimes } from './time-range.ts'

/** `ls-auth query 'TEXT'`: time series as a chart (on a terminal), a table (elsewhere), or data. */
export async function query(invocation: Invocation): Promise<void> {
  const { args, options, ports } = invocation
  const range = readTimes(options, ports.clock.now())
  const asked: SeriesQuery = { text: args[0] as string, ...range, stepSeconds: readStep(options.step, range) }
  const backend = await openSource(invocation, 'query', invocation.options.file as string | undefined)
  const result = await backend.query(asked)
  const series = options.showSensitive === true ? result.series : result.series.map(maskLabels)
  if (series.some((one, i) => one !== result.series[i])) {
    tell(
      invocation,
      'note: labels that look like secrets or personal data are masked; --show-sensitive shows them',
    )
  }
  await write(invocation, asked, series)
}

function readStep(step: unknown, range: TimeRange): number {
  const seconds = typeof step === 'string' ? parseDuration(step, '--step') : usualStep(range)
  const points = (range.toMillis - range.fromMillis) / 1000 / seconds
  if (seconds >= 1 && points <= MOST_POINTS) return seconds
  throw new Failure(
    'usage',
    `--step: "${safeText(String(step), 40)}" makes ${seconds >= 1 ? Math.ceil(points) : 'endless'} points`,
    {
      hint: `Give a step of at least 1s that makes at most ${MOST_POINTS} points, or a shorter time.`,
    },
  )
}

/** The series itself where nothing is masked. */
function maskLabels(series: TimeSeries): TimeSeries {
  const labels = series.labels.map(([name, value]) => {
    return [name, value !== '' && isSensitive(splitScope(name).bare) ? MASKED : maskText(value)] as const
  })
  return labels.some(([, value], i) => value !== series.labels[i]?.[1]) ? { ...series, labels } : series
}

async function write(
  invocation: Invocation,
  asked: SeriesQuery,
  series: readonly TimeSeries[],
): Promise<void> {
  const { terminal } = invocation.ports
  const { output } = invocation.options
  const format = globals(invocation).json ? 'json' : (output ?? (terminal.outIsTTY ? 'chart' : 'table'))
  if (format === 'json' || format === 'ndjson' || format === 'csv') {
    return writeData(invocation, format, asked, series)
  }
  const options: SeriesOptions = {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    fromMillis: asked.fromMillis,
    toMillis: asked.toMillis,
    stepSeconds: asked.stepSeconds,
  }
  const lines =
    format === 'chart'
      ? (await import('../../trace/render/chart/chart.ts')).renderChart(series, options)
      : (await import('../../trace/render/chart/series-table.ts')).renderTable(series, options)
  await terminal.out(`${lines.join('\n')}\n`)
}

async function writeData(
  invocation: Invocation,
  format: 'json' | 'ndjson' | 'csv',
  asked: SeriesQuery,
  series: readonly TimeSeries[],
): Promise<void> {
  const { terminal } = invocation.ports
  const { toSeriesCsv, toSeriesJson } = await import('../../trace/series-export.ts')
  if (format === 'csv') {
    let text = ''
    for (const line of toSeriesCsv(series)) text += line
    return terminal.out(text)
  }
  if (format === 'ndjson') {
    return terminal.out(series.map((one) => `${safeJson(toSeriesJson(one))}\n`).join(''))
  }
  const [from, to] = [asked.fromMillis, asked.toMillis].map((millis) => new Date(millis).toISOString())
  const { text, stepSeconds } = asked
  return printJson(invocation, { from, to, stepSeconds, query: text, series: series.map(toSeriesJson) })
}
