import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { SPAN_KIND, splitScope } from '../attribute-scope.ts'
import { asInteger, hexId, textOrNumber } from '../formats/foreign-json.ts'
import {
  hasDuration,
  latestFirst,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../search.ts'
import type { TimeRange } from '../series.ts'
import {
  attributesOf,
  durationOf,
  type LightstepProject,
  oldestAndYoungest,
  unexpected,
} from './lightstep-api.ts'
import { takeSnapshot } from './lightstep-snapshot.ts'
import type { OnPage, SnapshotConsent } from './trace-source.ts'
import { listInAnswer, requireEqualAttributes } from './traces-in-answer.ts'

/**
 * Lightstep's API has no search. The nearest thing are examples of spans (exemplars): those of a stream with the same
 * query (free), else those of a snapshot (counted, so only with consent).
 */
export async function searchLightstep(
  filter: TraceFilter,
  project: LightstepProject,
  consent: SnapshotConsent,
  onPage?: OnPage,
): Promise<SearchResult> {
  requireEqualAttributes(filter, 'Lightstep')
  const asked = filter.query ?? spanQuery(filter)
  // Not --error: to `trace why` failed spans are the selection, and name nothing to search for.
  if (asked === '')
    throw new Failure('usage', 'Lightstep needs at least one filter', {
      hint: 'Add --service, --name or --attr.',
    })
  const found = await findStream(asked, project)
  const ofStream = found === undefined ? [] : await streamExemplars(found, filter, project)
  // Who allows a snapshot wants spans, and those of the stream are none of this time.
  const stream = ofStream.length === 0 && consent.allowed ? undefined : found
  if (!stream) {
    await consent.request("Lightstep's public API cannot search; it collects example spans")
  }
  const examples = stream ? ofStream : await takeSnapshot(asked, project, consent)
  const note = stream
    ? `examples of the stream "${safeText(stream.name, 60)}", not all of its traces`
    : 'examples of recent spans, not all of them; a snapshot ignores times'
  const fitting = latestFirst(examples).filter((one) => hasDuration(one, filter))
  const traces = fitting.slice(0, filter.limit)
  await onPage?.(traces)
  const truncated = fitting.length > traces.length
  return {
    traces,
    truncated,
    asked,
    notes: [note],
    notesQuote: stream !== undefined,
    ...(!stream && { isAssembling: true, isOfAnyTime: true }),
  }
}

/**
 * The query syntax of Lightstep's streams and snapshots (docs: query-syntax): `key IN ("v")` joined by AND, exact
 * values. Durations are not part of it. Empty when the filter has no condition it can express.
 */
function spanQuery({ service, name, attributes, errors }: TraceFilter): string {
  return [
    ...(service === undefined ? [] : [clause('service', service)]),
    ...(name === undefined ? [] : [clause('operation', name)]),
    ...attributes.map(([key, value]) => clause(quoted(lightstepName(key)), value)),
    ...(errors ? [clause('"error"', 'true')] : []),
  ].join(' AND ')
}

/**
 * The name of an attribute at Lightstep, which does not tell `span.` from `resource.`. What it has on its spans beside
 * them keeps its whole name: `span.kind`, `instrumentation.name`.
 */
export function lightstepName(key: string): string {
  const { scope = 'span', bare } = splitScope(key)
  return key !== SPAN_KIND && (scope === 'span' || scope === 'resource') ? bare : key
}

export const clause = (key: string, value: string): string => `${key} IN (${quoted(value)})`

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** A query that Lightstep evaluates continuously; examples of its spans cost no snapshot. */
interface Stream {
  readonly id: string
  readonly name: string
}

/** The stream with exactly this query, if somebody made one. */
async function findStream(query: string, project: LightstepProject): Promise<Stream | undefined> {
  const answer = await project.ask({ path: 'streams' })
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

/** The same for queries that differ in blanks, in needless quotes, or in the order of their clauses. */
function canonical(query: string): string {
  const words = query.match(/"(?:[^"\\]|\\.)*"|[^\s(),"]+|\S/gs) ?? []
  const same = words.map((word) =>
    /^(?:IN|NOT|AND)$/i.test(word) ? word.toUpperCase() : word.replace(/^[^\s(),"]+$/, '"$&"'),
  )
  return same.join(' ').split(' AND ').sort().join(' AND ')
}

const LEAST_RESOLUTION = 60_000
/** Windows are counted in these (docs: stream timeseries). */
const GRAIN = 15_000
/** As many as the vendor's own client asks for at once. */
const MOST_WINDOWS = 1440

/** The examples of a stream's spans in this time, one a trace (the slowest). */
async function streamExemplars(
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
  const items = listInAnswer(attributes, ['exemplars'], 'Lightstep').filter(isObject).flatMap(streamExemplar)
  const slowestLast = items
    .filter((one) => beganIn(one, range))
    .sort((a, b) => (a.durationNanos ?? -1) - (b.durationNanos ?? -1))
  return [...new Map(slowestLast.map((one) => [one.traceId ?? one.span?.spanId, one])).values()]
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
