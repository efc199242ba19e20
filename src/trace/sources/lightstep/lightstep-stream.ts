import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { asInteger } from '../../formats/integer.ts'
import type { TraceSummary } from '../../search.ts'
import type { TimeRange } from '../../series.ts'
import { listInAnswer } from '../list-in-answer.ts'
import {
  attributesOf,
  durationOf,
  type LightstepProject,
  oldestAndYoungest,
  unexpected,
  unknownProject,
} from './lightstep-api.ts'
import { canonical } from './lightstep-syntax.ts'

/** A query that Lightstep evaluates continuously; examples of its spans cost no snapshot. */
export interface Stream {
  readonly id: string
  readonly name: string
}

/** The stream with exactly this query, if somebody made one. */
export async function findStream(query: string, project: LightstepProject): Promise<Stream | undefined> {
  const answer = await project.ask({ path: 'streams' })
  if (answer.status === 404) throw unknownProject(project.settings, answer)
  const wanted = canonical(query)
  for (const item of listInAnswer(answer.json(), ['data'], 'Lightstep').filter(isObject)) {
    const attributes = isObject(item.attributes) ? item.attributes : {}
    const [id, asks] = [textOrNumber(item.id), textOrNumber(attributes.query)]
    if (id !== undefined && asks !== undefined && canonical(asks) === wanted) {
      return { id, name: textOrNumber(attributes.name) ?? id }
    }
  }
  return undefined
}

const LEAST_RESOLUTION = 60_000
/** Windows are counted in these (docs: stream timeseries). */
const GRAIN = 15_000
/** As many as the vendor's own client asks for at once. */
const MOST_WINDOWS = 1440

/** The examples of a stream's spans in this time, one a trace (the slowest). */
export async function streamExemplars(
  stream: Stream,
  range: TimeRange,
  project: LightstepProject,
): Promise<TraceSummary[]> {
  const { fromMillis, toMillis } = range
  const grains = Math.ceil((toMillis - fromMillis) / MOST_WINDOWS / GRAIN)
  const resolution = Math.max(LEAST_RESOLUTION, grains * GRAIN)
  // The API cuts the time down to whole windows, and less than one to none.
  const windows = Math.max(1, Math.ceil((toMillis - fromMillis) / resolution))
  const answer = await project.ask({
    path: `streams/${encodeURIComponent(stream.id)}/timeseries`,
    query: {
      ...oldestAndYoungest({ fromMillis: toMillis - windows * resolution, toMillis }),
      'resolution-ms': String(resolution),
      'include-exemplars': '1',
    },
  })
  const attributes = answer.status === 404 ? undefined : attributesOf(answer.json())
  if (!attributes) throw unexpected(answer)
  const slowest = new Map<string, TraceSummary>()
  const items = listInAnswer(attributes, ['exemplars'], 'Lightstep')
    .filter(isObject)
    .flatMap(streamExemplar)
    .filter((one) => beganIn(one, range))
  for (const item of items) {
    const key = item.traceId ?? (item.span?.spanId as string)
    const known = slowest.get(key)
    if (!known || (known.durationNanos ?? -1) < (item.durationNanos ?? -1)) slowest.set(key, item)
  }
  return [...slowest.values()]
}

/** The windows of the answer are others than what was asked for. Of a span without a time nobody knows it. */
const beganIn = ({ startNanos }: TraceSummary, { fromMillis, toMillis }: TimeRange): boolean =>
  startNanos === undefined ||
  (startNanos >= BigInt(Math.floor(fromMillis)) * 1_000_000n &&
    startNanos <= BigInt(Math.ceil(toMillis)) * 1_000_000n)

/** In snake_case, unlike the exemplars of snapshots. */
function streamExemplar(item: JsonObject): TraceSummary[] {
  const spanId = hexId(item.span_guid, 16)
  if (spanId === undefined) return []
  const traceId = hexId(item.trace_guid, 16)
  const startMicros = asInteger(item.oldest_micros)
  const name = textOrNumber(item.span_name)
  const summary: TraceSummary = {
    ...(traceId !== undefined && { traceId }),
    span: { spanId, ...(name !== undefined && { name }) },
    ...(startMicros !== undefined && { startNanos: startMicros * 1000n }),
    durationNanos: durationOf(item.duration_micros),
    ...(item.has_error === true && { errors: 1 }),
    services: [],
  }
  return [summary]
}
