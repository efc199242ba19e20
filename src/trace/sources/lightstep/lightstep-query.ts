import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import {
  type Point,
  type QueryResult,
  type SeriesQuery,
  sortedPoints,
  type TimeSeries,
} from '../../series.ts'
import { listInAnswer } from '../list-in-answer.ts'
import { attributesOf, type LightstepProject, oldestAndYoungest, unexpected } from './lightstep-api.ts'
import { rejected } from './lightstep-snapshot.ts'

/** `POST …/telemetry/query_timeseries` with UQL. An organization may ask 600 times an hour. */
export async function queryLightstep(query: SeriesQuery, project: LightstepProject): Promise<QueryResult> {
  const attributes = {
    query: query.text,
    // The vendor's own clients call UQL by its older name.
    'input-language': 'tql',
    ...oldestAndYoungest(query),
    'output-period': query.stepSeconds,
    'template-variables': [],
  }
  const answer = await project.post('telemetry/query_timeseries', { attributes }, [400, 422])
  if (answer.status === 400 || answer.status === 422)
    throw rejected(answer, "Check the query. It is UQL, like 'spans count | rate | group_by [service], sum'.")
  const found = attributesOf(answer.json())
  if (!found) throw unexpected(answer)
  if (Array.isArray(found.logs)) throw noNumbers()
  // An empty result has no `series` member.
  return { series: listInAnswer(found, ['series'], 'Lightstep').filter(isObject).map(readSeries) }
}

/** `points` is absent for a series without data, `group-labels` for the only series. */
function readSeries(item: JsonObject): TimeSeries {
  const labels = Array.isArray(item['group-labels']) ? (item['group-labels'] as unknown[]) : []
  const points = Array.isArray(item.points) ? (item.points as unknown[]) : []
  return {
    labels: labels.filter((label): label is string => typeof label === 'string').map(readLabel),
    points: sortedPoints(points.flatMap(readPoint)),
  }
}

/** `service=web`; `service=` is a service that is not set. */
function readLabel(label: string): [string, string] {
  const at = label.indexOf('=')
  return at < 0 ? [label, ''] : [label.slice(0, at), label.slice(at + 1)]
}

function readPoint(item: unknown): Point[] {
  if (!Array.isArray(item) || typeof item[0] !== 'number' || !Number.isFinite(item[0])) return []
  const value: unknown = item[1]
  // How one is written is not documented: it is no number, and not the null of a moment without data.
  if (typeof value === 'object' && value !== null) throw noNumbers()
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return [[item[0], typeof number === 'number' && Number.isFinite(number) ? number : null]]
}

const noNumbers = (): Failure =>
  new Failure('cannot-do', 'the query gives distributions or log lines, and ls-auth query shows numbers', {
    hint: "Make a number of each: '… | point percentile(value, 99)', or 'logs count | rate'.",
  })
