import { BACKENDS, listed } from '../backends/table.ts'
import { MASKED } from '../commands/trace/masked.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, isPlain, type Step, textBlock } from '../frame/answer.ts'
import { choice, duration, text } from '../frame/flag.ts'
import { ASKS_API, verb } from '../frame/verb.ts'
import { safeText } from '../text/safe-text.ts'
import { splitScope } from '../trace/attributes.ts'
import { maskerUnder, maskText } from '../trace/masking.ts'
import { renderChart } from '../trace/render/tables/chart.ts'
import {
  peakOf,
  renderFigures,
  renderTable,
  toSeriesCsv,
  toSeriesJson,
} from '../trace/render/tables/series-table.ts'
import { MOST_POINTS, type QueryResult, type TimeRange, type TimeSeries, usualStep } from '../trace/series.ts'
import { sensitiveFlag } from './flags.ts'
import { timeFlags, timeRange } from './search-flags.ts'

const FORMATS = ['chart', 'table', 'csv', 'json', 'ndjson', 'agent'] as const

/** `UQL (Lightstep) or …`. */
const QUERY_LANGUAGES = listed(
  BACKENDS.flatMap(({ name, queryLanguage }) =>
    queryLanguage === undefined ? [] : [`${queryLanguage} (${name})`],
  ),
  'or',
)

/** `ls-auth query 'TEXT'`: time series as a chart (on a terminal), a table (elsewhere), or data. */
export const query = verb({
  args: '<text>',
  summary: `show time series; <text> is ${QUERY_LANGUAGES}`,
  ...ASKS_API,
  flags: {
    text: text('<text>', 'the query', { argument: 0 }),
    ...timeFlags,
    step: duration('time between two values (default: about 60 values)'),
    ...sensitiveFlag,
    file: text('<file>', 'files cannot be queried', { isHidden: true }),
    output: choice('<format>', 'default: chart on a terminal, else table', FORMATS, { short: 'o' }),
  },
  formats: ['auto', ...FORMATS],
  examples: [
    {
      does: 'in UQL: requests of a service',
      line: 'ls-auth query \'spans count | rate | filter service == "checkout" | group_by [], sum\'',
    },
    {
      does: 'in TraceQL: the 99th percentile over a day',
      line: "ls-auth query '{ } | quantile_over_time(duration, .99)' --since 1d --step 1h",
    },
    {
      does: 'for a spreadsheet',
      line: "ls-auth query '{ } | rate() by (resource.service.name)' -o csv > rate.csv",
    },
  ],
  async run(invocation, { text = '', step, file, showSensitive, ...times }, format, now): Promise<Answer> {
    const { options, ports } = invocation
    if (text.trim() === '')
      throw new Failure('usage', 'the query is empty', { hint: `Write ${QUERY_LANGUAGES}.` })
    const range = timeRange(times, options, now)
    const stepSeconds = stepOf(step, options.step, range)
    const source = await openSource(invocation, 'query', file)
    const result = await source.query({ text, ...range, stepSeconds })
    const mask = <T>(what: T, masked: (what: T) => T): T => (showSensitive ? what : masked(what))
    const series = result.series.map((one) => mask(one, maskLabels))
    const partial = result.partial && mask(result.partial, maskText)
    const isMasked = series.some((one, i) => one !== result.series[i])
    const isChart = format === 'chart' || (format === 'auto' && ports.terminal.outIsTTY)
    const drawn = { ...result, ...range, stepSeconds }
    const [from, to] = [range.fromMillis, range.toMillis].map((millis) => new Date(millis).toISOString())
    const unit = result.unit ?? null
    return {
      data: {
        rows: series,
        row: toSeriesJson,
        whole: (all) => ({ from, to, stepSeconds, query: text, unit, partial: partial ?? null, series: all }),
        csv: () => toSeriesCsv(series),
      },
      blocks: [
        textBlock(({ audience }) =>
          audience === 'agent' ? [`${series.length} series, from ${from} to ${to}.`] : [],
        ),
        drawnBlock((pen) =>
          pen.audience === 'agent' && series.length > 0
            ? [...renderFigures(series, { ...drawn, ...pen }), '']
            : [],
        ),
        drawnBlock((pen) => (isChart ? renderChart : renderTable)(series, { ...drawn, ...pen })),
      ],
      next: format === 'agent' ? stepsFrom(series, drawn) : [],
      notes: [
        isMasked ? { ...MASKED, text: MASKED.text.replace('values', 'labels') } : undefined,
        partial === undefined
          ? undefined
          : {
              code: 'part-of-result',
              text: `${source.name} returned only a part of the result: ${safeText(partial, 300)}`,
              quotes: true,
            },
      ],
    }
  },
})

/** The traces of the moment with the most, of the service where the series is one's. */
function stepsFrom(
  all: readonly TimeSeries[],
  { timesAre, stepSeconds }: Pick<QueryResult, 'timesAre'> & { readonly stepSeconds: number },
): Step[] {
  const peaks = all.flatMap(({ labels, points }) => {
    const peak = peakOf(points)
    return peak === undefined ? [] : [{ labels, at: peak[0], value: peak[1] }]
  })
  const [most] = peaks.sort((a, b) => b.value - a.value)
  if (most === undefined || most.value === 0) return []
  const from = most.at - (timesAre === 'ends' ? stepSeconds * 1000 : 0)
  const [, service] = most.labels.find(([name]) => SERVICE.includes(splitScope(name).bare)) ?? []
  return [
    {
      verb: 'trace search',
      flags: {
        ...(service !== undefined && isPlain(service) && { service }),
        from: new Date(from).toISOString(),
        to: new Date(from + stepSeconds * 1000).toISOString(),
      },
    },
  ]
}
const SERVICE = ['service.name', 'service']

function stepOf(step: number | undefined, typed: unknown, range: TimeRange): number {
  const seconds = step ?? usualStep(range)
  const points = (range.toMillis - range.fromMillis) / 1000 / seconds
  if (seconds >= 1 && points <= MOST_POINTS) return seconds
  const why = seconds >= 1 ? `makes ${Math.ceil(points)} points` : 'is not a step'
  throw new Failure('usage', `--step: "${safeText(String(typed), 40)}" ${why}`, {
    hint: `Use a step of at least 1s and at most ${MOST_POINTS} points, or a shorter time.`,
  })
}

/** Masks sensitive labels. Returns the same object when there are none. */
function maskLabels(series: TimeSeries): TimeSeries {
  const labels = series.labels.map(([name, value]) => {
    return [name, maskerUnder(splitScope(name).bare)(value)] as const
  })
  return labels.some(([, value], i) => value !== series.labels[i]?.[1]) ? { ...series, labels } : series
}
