import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { asInteger, textOrNumber } from '../../trace/formats/foreign-json.ts'
import { readPartial } from '../../trace/formats/otlp/otlp-json.ts'
import {
  type Point,
  type QueryResult,
  type SeriesQuery,
  sortedPoints,
  type TimeSeries,
} from '../../trace/series.ts'
import type { ApiAnswer, Send } from '../trace-source.ts'
import { listInAnswer } from '../traces-in-answer.ts'
import { errorDetail, startAndEnd } from './tempo-reader.ts'
import { STRINGS } from './tempo-search.ts'

/** `GET /api/metrics/query_range` with a TraceQL metrics query. */
export async function queryTempo(query: SeriesQuery, ask: Send): Promise<QueryResult> {
  const answer = await ask({
    path: '/api/metrics/query_range',
    query: {
      q: query.text,
      ...startAndEnd(query.fromMillis, query.toMillis),
      step: `${query.stepSeconds}s`,
      // Exemplars would double the size of the answer and are not shown.
      exemplars: '0',
    },
    answers: [400, 422, 500, 501],
  })
  if (answer.status === 404 || answer.status === 501) throw noMetrics([])
  if (answer.status === 400 || answer.status === 422)
    throw metricsQueryRejected(answer).withMoreHint(answer.tokenHint)
  if (answer.status === 500) throw metricsFailure(answer)
  const body = answer.json()
  const text = withoutStrings(query.text)
  const omitted = OF_SOME_DURATION.test(text) || QUANTILE.test(text) ? null : 0
  const items = listInAnswer(body, ['series'], 'Tempo').filter(isObject)
  const series = items.map((item) => readSeries(item, omitted))
  const partial = isObject(body) ? readPartial(body.status, body.message) : undefined
  return {
    series,
    // Recorded from 2.10 and 3.0: an exemplar stands in the step that ends with the time of its value. Before
    // 2.9 it was the start (grafana/tempo#5366), and the answer does not tell the version.
    timesAre: 'ends',
    aboutTimes: 'times: ends of steps (before Tempo 2.9 their starts)',
    ...(IN_SECONDS.some((functions) => functions.test(text)) && { unit: 'seconds' }),
    ...(partial !== undefined && { partial }),
  }
}

const DURATIONS = 'span:duration|trace:duration|duration|traceDuration'

/** The functions that count by buckets make seconds of every duration; of the others that is not known. */
const IN_BUCKETS = `${DURATIONS}|event:timeSinceStart`

/** Of no span there is none, where the sum of none is zero. */
const OF_SOME_DURATION = ofDurations('min|max|avg')

/** It is never zero of what was counted, and zero of nothing (`Log2Quantile`), whatever it is of. */
const QUANTILE = /\|\s*quantile_over_time\s*\(/

/** A function over durations gives seconds (grafana.com/docs/tempo, "TraceQL metrics functions"). */
const IN_SECONDS = [ofDurations('sum'), OF_SOME_DURATION, ofDurations('quantile', IN_BUCKETS)]

function ofDurations(functions: string, durations = DURATIONS): RegExp {
  return new RegExp(`\\|\\s*(?:${functions})_over_time\\s*\\(\\s*(?:${durations})\\s*[,)]`)
}

/** A string may hold what looks like a function. */
const withoutStrings = (text: string): string => text.replaceAll(STRINGS, '""')

function readSeries(item: JsonObject, omitted: 0 | null): TimeSeries {
  const labels = Array.isArray(item.labels) ? (item.labels as unknown[]).filter(isObject) : []
  const samples = Array.isArray(item.samples) ? (item.samples as unknown[]).filter(isObject) : []
  return {
    labels: labels.flatMap(readLabel),
    points: sortedPoints(samples.flatMap((sample) => readSample(sample, omitted))),
  }
}

/** `{"key":"resource.service.name","value":{"stringValue":"shop"}}`. */
function readLabel({ key, value }: JsonObject): [string, string][] {
  const name = textOrNumber(key)
  if (name === undefined) return []
  const [inner] = isObject(value) ? Object.values(value) : []
  return [[name, typeof inner === 'object' ? JSON.stringify(inner) : String(inner ?? '')]]
}

/**
 * ProtoJSON omits a value that is zero, and writes a missing one as `"NaN"`. But of a step without a span Tempo omits the value
 * of `quantile_over_time(…)` too (recorded from 3.0): there `omitted` is null.
 */
function readSample({ timestampMs, value }: JsonObject, omitted: 0 | null): Point[] {
  const millis = asInteger(timestampMs)
  if (millis === undefined) return []
  if (value === undefined) return [[Number(millis), omitted]]
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return [[Number(millis), Number.isFinite(number) ? number : null]]
}

function metricsQueryRejected(answer: ApiAnswer): Failure {
  const detail = errorDetail(answer)
  const long = /exceeds|too (many|large|small)|maximum/i.test(detail.join(' '))
  return new Failure('usage', 'Tempo did not accept the query', {
    hint: long
      ? 'Use a shorter time with --since, or --from and --to, or a longer --step.'
      : "Check the query. It is TraceQL with a metrics function, like '{ status = error } | rate() by (resource.service.name)'.",
    detail,
  })
}

/** TraceQL metrics need the metrics-generator, which not every Tempo runs: `…empty ring`. */
function metricsFailure(answer: ApiAnswer): Failure {
  const detail = errorDetail(answer)
  const failure = answer.failure ?? noMetrics(detail)
  return /empty ring|not configured|local-?blocks/i.test(detail.join(' ')) ? failure.withHint(NEEDS) : failure
}

function noMetrics(detail: readonly string[]): Failure {
  return new Failure('cannot-do', 'this Tempo cannot query time series: TraceQL metrics are off', {
    hint: NEEDS,
    detail,
  })
}

const NEEDS =
  'TraceQL metrics need Tempo 2.4 or later and its metrics-generator with the local-blocks processor. ls-auth trace search works without it.'
