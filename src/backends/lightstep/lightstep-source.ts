import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import {
  type AttributeName,
  type AttributeSample,
  type AttributeValues,
  byName,
  byValue,
  SPAN_KIND,
  splitScope,
} from '../../trace/attributes.ts'
import { Collection } from '../../trace/formats/collection.ts'
import { textOrNumber } from '../../trace/formats/foreign-json.ts'
import { exactValue } from '../../trace/formats/json-value.ts'
import { readLightstepTrace } from '../../trace/formats/lightstep-json.ts'
import type { TraceReference } from '../../trace/id.ts'
import type { Trace } from '../../trace/model.ts'
import { hasDuration, latestFirst, type SearchResult, type TraceFilter } from '../../trace/search.ts'
import type { TimeRange } from '../../trace/series.ts'
import {
  type ApiAnswer,
  type BackendApi,
  type BackendSource,
  NO_JSON,
  type OnPage,
  type Send,
  type SnapshotConsent,
} from '../trace-source.ts'
import { explainUnreadable, listInAnswer, requireEqualAttributes } from '../traces-in-answer.ts'
import { lightstep, projectPath } from './lightstep.ts'
import {
  attributesOf,
  errorText,
  type LightstepProject,
  type LightstepSettings,
  lightstepProject,
  oldestAndYoungest,
  unexpected,
} from './lightstep-api.ts'
import { queryLightstep, takeSnapshot } from './lightstep-snapshot.ts'

/** Lightstep's public API v0.2. It reads assembled traces only, and only by the id of one of their spans. */
export function lightstepSource(
  settings: LightstepSettings,
  send: Send,
  consent: SnapshotConsent,
): BackendSource {
  const project = lightstepProject(settings, send)
  return {
    name: lightstep.name,
    capabilities: lightstep.capabilities,
    trace: (reference) => findTrace(reference, project, consent),
    search: (filter, onPage) => searchLightstep(filter, project, consent, onPage),
    services: () => lightstepServices(project),
    attributes: (range) => lightstepAttributes(range, project),
    attributeValues: (name, range) => lightstepValues(name, range, project),
    query: (query) => queryLightstep(query, project),
    link: (trace) => pageOf(trace, settings),
    async probe() {
      await project.ask({ path: '' })
    },
  }
}

/** By a known span id, else by that of a span a snapshot finds. */
async function findTrace(
  reference: TraceReference,
  project: LightstepProject,
  consent: SnapshotConsent,
): Promise<Trace> {
  const ids = spanIds(reference)
  const [known] = ids
  if (known !== undefined) {
    const found = await readStored(ids, project)
    if ('spans' in found) return found
    if (!consent.allowed) throw notFound(reference, known, consent, found)
  } else {
    const digits = reference.digits?.length ?? 32
    if (digits < 32) throw new Failure('not-found', `a trace id has 32 digits, but this one ${digits}`)
    await consent.request(
      'Lightstep reads traces by span id, but this is a trace id',
      'Or use a span id (16 hex digits), traceparent or UI address of the trace, without a snapshot.',
    )
  }
  // Of a trace by the low half of its id.
  const query =
    known === undefined
      ? clause('lightstep.trace_id', (reference.traceId as string).slice(-16))
      : clause('lightstep.span_id', reference.spanId ?? known)
  const [first] = await takeSnapshot(query, project, consent)
  if (!first?.span)
    throw new Failure('not-found', 'the snapshot found no span of it', {
      hint: 'Lightstep only collects recent spans and keeps traces about 3 days. Use a span id if you have one.',
      detail: takenForSpan(reference),
    })
  return readAssembled(reference, [first.span.spanId, ...ids], project, consent)
}

/** Each region's UI, by its API (docs: EU data center). An organization lives in exactly one region. */
const UI_OF_API: Readonly<Record<string, string>> = {
  'api.lightstep.com': 'https://app.lightstep.com',
  'api.eu.lightstep.com': 'https://app.eu.lightstep.com',
}

/** The vendor's own test retries as often after a ready snapshot. */
const ASSEMBLY_TRIES = 5
const ASSEMBLY_WAIT_MILLIS = 8_000

async function readAssembled(
  reference: TraceReference,
  ids: readonly string[],
  project: LightstepProject,
  consent: SnapshotConsent,
): Promise<Trace> {
  for (let attempt = 1; ; attempt++) {
    const found = await readStored(ids, project)
    if ('spans' in found) return found
    if (attempt === ASSEMBLY_TRIES) throw notFound(reference, ids[0]!, consent, found)
    await consent.wait(ASSEMBLY_WAIT_MILLIS, 'the trace is being assembled')
  }
}

/**
 * The trace of the first of these spans that is in an assembled one, else the answer that says there is none. A 400 may be
 * about one way to write an id: Failure `api-failed` where it is the answer to all of them.
 */
async function readStored(ids: readonly string[], project: LightstepProject): Promise<Trace | ApiAnswer> {
  let missing: ApiAnswer | undefined
  for (const id of ids) {
    const answer = await project.ask({
      path: 'stored-traces',
      query: { 'span-id': id },
      reads: storedTraceId,
      answers: [400],
    })
    if (![200, 400, 404].includes(answer.status)) throw unexpected(answer)
    const trace = answer.status === 200 ? readAnswer(answer) : undefined
    if (trace && trace.spans.length > 0) return trace
    if (missing === undefined || answer.status !== 400) missing = answer
  }
  if (missing?.status === 400) throw missing.failure ?? unexpected(missing)
  return missing as ApiAnswer
}

/** From the first span of an answer that is not parsed yet. */
function storedTraceId(body: Uint8Array): string | undefined {
  const at = Buffer.from(body.buffer, body.byteOffset, body.byteLength).indexOf('"trace-id"')
  const text = at < 0 ? '' : Buffer.from(body.subarray(at, at + 80)).toString('latin1')
  return /^"trace-id"\s*:\s*"([0-9a-f]{1,32})"/i.exec(text)?.[1]?.toLowerCase()
}

function readAnswer(answer: ApiAnswer): Trace | undefined {
  try {
    const json = answer.json()
    const rounded = new Collection()
    rounded.check(json)
    return readLightstepTrace(rounded.inexact ? exactValue(Buffer.from(answer.body).toString('utf8')) : json)
  } catch (error) {
    throw explainUnreadable(error, lightstep.name)
  }
}

/**
 * The forms of the id worth asking for: as given, padded, without leading zeros. The API's documentation does not say whether
 * it wants ids padded, and its vendor's own test sends them unpadded. So the others are tried, but only after a 404.
 */
function spanIds(reference: TraceReference): string[] {
  const forms: string[] = []
  for (const { spanId, digits } of [reference, ...reference.alternatives]) {
    if (spanId === undefined) continue
    forms.push(...(digits === undefined ? [] : [digits]), spanId, spanId.replace(/^0+/, ''))
  }
  return [...new Set(forms)]
}

/**
 * A detail for Failures: 64 bits may be the id of a trace, too. A snapshot has no query for either of them, so it is spent on
 * a span, which is what Lightstep shows.
 */
function takenForSpan({ kind, traceId = '' }: TraceReference): string[] {
  if (kind !== 'either') return []
  const whole = traceId.padStart(32, '0')
  return [`read as a span id; a trace id has 32 digits: ${whole}`]
}

function notFound(
  reference: TraceReference,
  id: string,
  consent: SnapshotConsent,
  answer: ApiAnswer,
): Failure {
  const message = answer.status === 404 ? errorText(answer) : ''
  const wait = 'Lightstep keeps traces about 3 days and only returns assembled ones:'
  return new Failure('not-found', `no assembled trace holds span ${id}`, {
    hint: consent.allowed
      ? `${wait} it may be older, or sampled out.`
      : `${wait} open the span in its UI once, or have it assembled (2 to 7 of 60 snapshot requests an hour): ${consent.command}`,
    detail: [...(message === '' ? [] : [message]), ...takenForSpan(reference)],
  })
}

/** Only for the two known regions; behind a gateway, too, the answer's own URL gives the region. */
function pageOf(trace: Trace, settings: LightstepSettings): string | undefined {
  const { selfLink = '' } = trace
  const known = URL.canParse(selfLink) ? UI_OF_API[new URL(selfLink).host] : undefined
  const ui = settings.ui?.href.replace(/\/$/, '') ?? known
  const root = trace.spans.find((span) => span.parentId === undefined) ?? trace.spans[0]
  if (ui === undefined || !root) return undefined
  return `${ui}/${encodeURIComponent(settings.project)}/trace?span_guid=${root.spanId}`
}

async function lightstepAttributes(range: TimeRange, project: LightstepProject): Promise<AttributeName[]> {
  return byName(Object.keys(await askTelemetry(project, range, ['keys'], [])).map((name) => ({ name })))
}

async function lightstepValues(
  name: string,
  range: TimeRange,
  project: LightstepProject,
): Promise<AttributeValues> {
  const key = lightstepName(name)
  const list = (await askTelemetry(project, range, ['values'], [key]))[key]
  const values = byValue(Array.isArray(list) ? list.filter(isObject).flatMap(readSample) : [])
  if (values.length > 0) return { name, values }
  throw new Failure('not-found', `no span has the attribute ${safeText(name, 80)} in this time`, {
    hint: 'See ls-auth attributes for the names, or look further back with --since.',
  })
}

function readSample({ value, type }: JsonObject): AttributeSample[] {
  const text = textOrNumber(value)
  const kind = textOrNumber(type)
  return text === undefined ? [] : [{ value: text, ...(kind !== undefined && { type: kind }) }]
}

/** `{"data": {"<key>": [{"type":"string","value":"…","telemetry_type":"SPANS"}]}}`. */
async function askTelemetry(
  project: LightstepProject,
  range: TimeRange,
  kinds: readonly string[],
  keys: readonly string[],
): Promise<JsonObject> {
  const answer = await project.post('telemetry/attributes', {
    'attribute-types': kinds,
    'telemetry-types': ['spans'],
    ...oldestAndYoungest(range),
    ...(keys.length > 0 && { 'scope-to-attribute-keys': keys }),
  })
  const body = answer.json()
  if (!isObject(body) || !isObject(body.data ?? {})) throw unexpected(answer)
  return (body.data ?? {}) as JsonObject
}

const PAGE = 100
/** Stops at a server that repeats itself for ever: no organization has so many services. */
const MOST_PAGES = 200

/** Names from `GET …/directory/services`, page by page, sorted. A page without a new name is the last one. */
async function lightstepServices(project: LightstepProject): Promise<string[]> {
  const names = new Set<string>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { limit: String(PAGE), offset: String(page * PAGE) }
    const answer = await project.ask({ path: 'directory/services', query })
    const body = answer.json()
    const items = listInAnswer(isObject(body) ? body.data : undefined, ['items'], lightstep.name)
    const before = names.size
    for (const item of items) {
      const { name } = attributesOf({ data: item }) ?? {}
      if (typeof name === 'string') names.add(name)
    }
    if (items.length < PAGE || names.size === before) break
  }
  return [...names].sort()
}

export const lightstepApi: BackendApi = {
  async open({ place, ui, send, snapshotConsent }) {
    const { organization = '', project = '' } = place
    return lightstepSource({ organization, project, ui }, send, await snapshotConsent())
  },
  gatewayProbe(place) {
    const project = projectPath(place)
    return {
      reads: [`${project}/directory/services`],
      // Makes a stream out of JSON. The body is none, so there is nothing to make one of.
      write: { method: 'POST', path: `${project}/streams`, body: NO_JSON },
    }
  },
}

/**
 * Lightstep's API has no search. The nearest thing are examples of spans (exemplars) that a snapshot collects, which counts
 * against a limit of the organization: only with consent.
 */
async function searchLightstep(
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
  await consent.request("Lightstep's public API cannot search; it collects example spans")
  const examples = latestFirst(await takeSnapshot(asked, project, consent))
  const fitting = examples.filter((one) => hasDuration(one, filter))
  const traces = fitting.slice(0, filter.limit)
  await onPage?.(traces)
  return {
    traces,
    truncated: fitting.length > traces.length,
    asked,
    notes: ['examples of recent spans, not all of them; a snapshot ignores times'],
    isAssembling: true,
    isOfAnyTime: true,
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
function lightstepName(key: string): string {
  const { scope = 'span', bare } = splitScope(key)
  return key !== SPAN_KIND && (scope === 'span' || scope === 'resource') ? bare : key
}

const clause = (key: string, value: string): string => `${key} IN (${quoted(value)})`

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
