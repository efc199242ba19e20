import { Failure } from '../../errors.ts'
import { readRateLimit } from '../../http-answers/rate-limit.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { wholeDuration } from '../../text/duration.ts'
import { hexId, textOrNumber } from '../../trace/formats/foreign-json.ts'
import type { TraceSummary } from '../../trace/search.ts'
import {
  type Point,
  type QueryResult,
  type SeriesQuery,
  sortedPoints,
  type TimeSeries,
} from '../../trace/series.ts'
import type { ApiAnswer, SnapshotConsent } from '../trace-source.ts'
import { listInAnswer, readItems } from '../traces-in-answer.ts'
import {
  attributesOf,
  durationOf,
  errorWords,
  type LightstepProject,
  oldestAndYoungest,
  unexpected,
} from './lightstep-api.ts'

const QUERY_HINT = 'Queries of snapshots look like: service IN ("web") AND "http.status_code" IN ("500")'
/** Looks after the announced time. Few, because every request to snapshots is counted, these included. */
const MOST_LOOKS = 6
const LOOK_INTERVAL_MILLIS = 8_000
const LONGEST_COLLECTING_MILLIS = 120_000
/** Not ready yet, or not now: the snapshot is made anyway. */
const LATER = [202, 404, 502, 503, 504]

/**
 * Has Lightstep collect spans that match a query and assemble their traces (`POST …/snapshots`), and looks for them: a summary
 * for each span. Spends 2 to 7 of 60 requests an hour that the whole organization has. Empty where nothing recent matches.
 * Failures: `not-found` for an unknown project, `usage` for the query, `api-failed` when it is not ready in time. A snapshot is
 * reported at once, and named by each failure after that, as another try takes another. Failures that may pass have the reason
 * `snapshot-taken`.
 */
export async function takeSnapshot(
  query: string,
  project: LightstepProject,
  consent: SnapshotConsent,
): Promise<TraceSummary[]> {
  const answer = await project.post('snapshots', { attributes: { query } }, [400])
  if (answer.status === 400) throw rejected(answer, QUERY_HINT, query)
  const { id, readyInMillis } = readReceipt(answer, consent.now())
  const page = `/${encodeURIComponent(project.settings.project)}/explorer?snapshot_id=${id}`
  consent.tell(`snapshot taken; see it in Lightstep's UI: ${page}`)
  try {
    await consent.wait(readyInMillis, 'Lightstep is collecting spans')
    return await collected(id, project, consent)
  } catch (error) {
    throw error instanceof Failure ? stillThere(error, page) : error
  }
}

async function collected(
  id: string,
  project: LightstepProject,
  consent: SnapshotConsent,
): Promise<TraceSummary[]> {
  for (let look = 1; look <= MOST_LOOKS; look++) {
    if (look > 1) await consent.wait(LOOK_INTERVAL_MILLIS, 'the snapshot is not ready yet')
    const query = { 'include-exemplars': '1' }
    const answer = await project.ask({ path: `snapshots/${id}`, query, answers: LATER })
    if (LATER.includes(answer.status)) continue
    const attributes = attributesOf(answer.json())
    if (!attributes) throw unexpected(answer)
    if (attributes.exemplars === undefined || attributes.exemplars === null) continue
    const found = readItems(listInAnswer(attributes, ['exemplars'], 'Lightstep'), 'Lightstep', readExemplar)
    // An empty first answer may only be too early.
    if (found.length === 0 && look === 1) continue
    await tellBudget(answer, consent)
    return found
  }
  throw new Failure('api-failed', 'the snapshot was not ready in time')
}

/** Codes of failures that may pass by themselves. */
const MAY_PASS: readonly string[] = ['api-failed', 'network', 'rate-limited']

/** The failure of a snapshot that is taken: the usual advice to try again would take another. */
function stillThere(failure: Failure, page: string): Failure {
  const { code, hint, detail, exit } = failure
  const message = `${failure.message}; the snapshot exists: ${page}`
  if (!MAY_PASS.includes(code)) return failure.withWords(message, hint)
  return new Failure(code, message, {
    hint: "See it in Lightstep's UI at this address. Another try takes another one.",
    detail,
    exit,
    reason: 'snapshot-taken',
    cause: failure,
  })
}

/**
 * `{"data":{"id":"…","attributes":{"complete-time":"…"}}}`. The wait is computed by the server's clock (the Date
 * header) where it is known.
 */
function readReceipt(answer: ApiAnswer, now: number): { id: string; readyInMillis: number } {
  const body = answer.json()
  const data = isObject(body) ? body.data : undefined
  const id = isObject(data) ? data.id : undefined
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw unexpected(answer)
  const serverNow = Date.parse(answer.headers.date ?? '') || now
  const complete = Date.parse(String(attributesOf(body)?.['complete-time'])) || serverNow
  return { id, readyInMillis: Math.min(LONGEST_COLLECTING_MILLIS, Math.max(0, complete - serverNow)) }
}

/** `41 of 60 left …, all back in 23m`. Lazy: most runs take none. */
async function tellBudget({ headers }: ApiAnswer, consent: SnapshotConsent): Promise<void> {
  const { remaining, limit, resetMilliseconds } = readRateLimit(headers, consent.now())
  if (remaining === undefined) return
  const most = limit === undefined ? '' : ` of ${limit}`
  const minutes = Math.ceil((resetMilliseconds ?? 0) / 60_000)
  const back = minutes === 0 ? '' : `, all back in ${wholeDuration(minutes * 60)}`
  consent.tell(`snapshots: ${remaining}${most} left this hour for the organization${back}`)
}

function readExemplar(item: JsonObject): TraceSummary[] {
  const spanId = hexId(item['span-guid'], 16)
  if (spanId === undefined) return []
  const [service, name] = [textOrNumber(item['service-name']), textOrNumber(item['span-name'])]
  const summary: TraceSummary = {
    span: { spanId, ...(service !== undefined && { service }), ...(name !== undefined && { name }) },
    durationNanos: durationOf(item['duration-micros']),
    ...(item['has-error'] === true && { errors: 1 }),
    services: service === undefined ? [] : [service],
  }
  return [summary]
}

function rejected(answer: ApiAnswer, hint: string, query?: string): Failure {
  const detail = [errorWords(answer), query].filter((line) => line)
  const failure = new Failure('usage', 'Lightstep did not accept the query', {
    hint,
    detail: detail as string[],
  })
  return failure.withMoreHint(answer.tokenHint)
}

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
  // How one is written is not documented: it isn't a number, and not the null of a moment without data.
  if (typeof value === 'object' && value !== null) throw noNumbers()
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return [[item[0], typeof number === 'number' && Number.isFinite(number) ? number : null]]
}

const noNumbers = (): Failure =>
  new Failure('cannot-do', 'the query returns distributions or log lines, but ls-auth query needs numbers', {
    hint: "Turn them into numbers: '… | point percentile(value, 99)', or 'logs count | rate'.",
  })
