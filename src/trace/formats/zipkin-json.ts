import { isObject, type JsonObject } from '../../json-object.ts'
import { groupBy } from '../group.ts'
import {
  type Attributes,
  type AttributeValue,
  attribute,
  NONE,
  type SpanKind,
  type SpanLink,
  type SpanMark,
  type SpanStatus,
  UNKNOWN_SERVICE,
} from '../model.ts'
import { type Collection, type Details, LazySpan, type Skeleton } from './collection.ts'
import {
  asAttributes,
  asInteger,
  hexId,
  hexOrMadeId,
  isMadeId,
  noTrace,
  quoteLongIntegers,
  Scopes,
  textOrNumber,
} from './foreign-json.ts'
import { readOtlpStatus } from './otlp/otlp-values.ts'
import { eventMomentOfMicros, timesOfMicros, withMark } from './span-times.ts'

/** Whether a JSON value is one span of Zipkin's v2 JSON. */
export function isZipkinSpan(value: unknown): boolean {
  return isObject(value) && typeof value.traceId === 'string' && typeof value.id === 'string'
}

/** v1 has its services in the endpoints of annotations, and tags and kinds among these. */
function isVersion1(item: JsonObject): boolean {
  const { annotations, binaryAnnotations, localEndpoint } = item
  if (localEndpoint !== undefined) return false
  if (Array.isArray(binaryAnnotations)) return true
  return Array.isArray(annotations) && annotations.some((one) => isObject(one) && isObject(one.endpoint))
}

/**
 * Reads spans of Zipkin v2 JSON (zipkin2-api.yaml) into `into`. Client and server halves that share an id become two
 * spans. Failure `api-failed` where all are of v1.
 */
export function readZipkin(items: readonly unknown[], into: Collection): void {
  const ofVersion2 = items.filter(isObject).filter((item) => !isVersion1(item))
  if (items.length > 0 && !ofVersion2.some(isZipkinSpan))
    throw noTrace('it is Zipkin v1 JSON', VERSION_1_HINT)
  into.recognised = true
  const spans = ofVersion2.flatMap((item) => {
    const traceId = hexOrMadeId(item.traceId, 32)
    return traceId === undefined || hexOrMadeId(item.id, 16) === undefined ? [] : { traceId, item }
  })
  const byId = groupBy(spans, ({ traceId }) => traceId)
  const wholeId = wholeTraceIds(byId.keys())
  const byTrace = groupBy([...byId.values()].flat(), ({ traceId }) => wholeId(traceId))
  const endpoints = new Endpoints()
  const scopes = new Scopes()
  for (const [traceId, spans] of byTrace) {
    const halves = separateHalves(spans.map(({ item }) => item))
    into.add(
      traceId,
      halves.map((half) => {
        const endpoint = endpoints.read(half.item.localEndpoint)
        return new LazySpan(zipkinSkeleton(half, endpoint, scopes), zipkinDetails, half.item)
      }),
    )
  }
  const left = items.length - spans.length
  const are = left === 1 ? '1 span is' : `${left} spans are`
  if (left > 0) into.partial = `${are} left out: without an id or a trace id, or of Zipkin v1`
}

const VERSION_1_HINT =
  'Get v2 from /api/v2/trace/ID. Send the spans of a file to a Zipkin first (POST /api/v1/spans).'

// OpenTelemetry's collector writes what Zipkin has no member for as texts (opentelemetry-collector-contrib,
// pkg/translator/zipkin/zipkinv2/from_translator.go). They are taken apart: in one piece their attributes have no names, by
// which they are masked.

/** The name of an event and its attributes, which are written `name|{…}|0`; the last is how many of them were dropped. */
function readEventText(text: string): { readonly name: string; readonly attributes: Attributes } {
  const parts = withObject(text)
  return parts ? { name: parts.before, attributes: parts.attributes } : { name: text, attributes: NONE }
}

const isLinkTag = (key: string): boolean => /^otlp\.link\.\d{1,3}$/.test(key)

/** A link, which is written `trace id|span id|trace state|{…}|0`; undefined for any other text. */
function readLinkText(text: unknown): SpanLink | undefined {
  const parts = typeof text === 'string' ? withObject(text) : undefined
  const [trace, span] = parts?.before.split('|', 2) ?? []
  const [traceId, spanId] = [hexId(trace, 32), hexId(span, 16)]
  if (parts === undefined || traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, attributes: parts.attributes }
}

/** A text that ends in `|`, a JSON object, `|` and a number. */
function withObject(text: string): { readonly before: string; readonly attributes: Attributes } | undefined {
  const [start, end] = [text.indexOf('|{'), text.lastIndexOf('}|')]
  if (start < 0 || !/^\d{1,10}$/.test(text.slice(end + 2))) return undefined
  const object = parsedObject(text.slice(start + 1, end + 1))
  return object && { before: text.slice(0, start), attributes: asAttributes(object) }
}

/** As in OTLP: whatever walks through values calls itself for each level. */
const MOST_DEEP = 100

/** Whether a value has no more levels than so many. */
function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((one) => isWithin(levels - 1, one))
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    // In braces it is an object, or it is not JSON; only of JSON are the integers found in linear time.
    const isShallow = isWithin(MOST_DEEP, JSON.parse(text))
    return isShallow ? (JSON.parse(quoteLongIntegers(text)) as JsonObject) : undefined
  } catch {
    return undefined
  }
}

const KINDS: ReadonlyMap<unknown, SpanKind> = new Map([
  ['CLIENT', 'client'],
  ['SERVER', 'server'],
  ['PRODUCER', 'producer'],
  ['CONSUMER', 'consumer'],
])

interface Endpoint {
  readonly service: string
  readonly resource: Attributes
}

/** The skeleton of a span; `scopes` are those of the document. */
function zipkinSkeleton(span: ZipkinSpan, { service, resource }: Endpoint, scopes: Scopes): Skeleton {
  const { item } = span
  const facts = zipkinFacts(item.kind, tagsOf(item))
  const times = timesOfMicros(item.timestamp, item.duration)
  return {
    spanId: span.spanId,
    parentId: span.parentId,
    name: typeof item.name === 'string' ? item.name : '',
    service,
    kind: facts.kind,
    status: facts.status,
    statusMessage: facts.statusMessage,
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    marks: withMark(withMark(times.marks, span.parentMark), idMark(span)),
    resource,
    scope: scopes.read(facts.scopeName, facts.scopeVersion),
  }
}

function idMark({ item: { id }, spanId, sharesId }: ZipkinSpan): SpanMark | undefined {
  if (sharesId) return 'id-shared'
  return id !== spanId && isMadeId(id, 16) ? 'id-rewritten' : undefined
}

/** What the kind of a span and its tags say of which OpenTelemetry has members; its collector writes these tags. */
interface ZipkinFacts {
  readonly kind: SpanKind
  readonly status: SpanStatus
  readonly statusMessage: string | undefined
  readonly scopeName?: string | undefined
  readonly scopeVersion?: string | undefined
}

/** What the tag `error` may be without saying that there was one. */
const NO_ERRORS: readonly unknown[] = [undefined, null, false, 'false']

function zipkinFacts(kind: unknown, tags: JsonObject): ZipkinFacts {
  const otelStatus = readOtlpStatus({
    code: tags['otel.status_code'],
    message: tags['otel.status_description'],
  })
  // Each may say it alone, as in OpenTelemetry's translation; any text but `false` does, as in Zipkin's own pages.
  const isError = !NO_ERRORS.includes(tags.error)
  const failed = isError || otelStatus.status === 'error'
  const message = isError && tags.error !== 'true' ? textOrNumber(tags.error) : undefined
  const isInternal = tags['span.kind'] === 'internal'
  return {
    kind: KINDS.get(kind) ?? (isInternal ? 'internal' : 'unspecified'),
    status: failed ? 'error' : otelStatus.status === 'ok' ? 'ok' : 'unset',
    statusMessage: failed ? (message ?? otelStatus.statusMessage) : undefined,
    // A scope was called a library before; exporters write either name, or both.
    scopeName: filled(tags['otel.scope.name']) ?? filled(tags['otel.library.name']),
    scopeVersion: filled(tags['otel.scope.version']) ?? filled(tags['otel.library.version']),
  }
}

const filled = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Reads `localEndpoint`s; equal ones give one and the same. Names as OpenTelemetry's Zipkin translation gives them. */
class Endpoints {
  readonly #resources = new Map<string, Attributes>()

  read(value: unknown): Endpoint {
    const pairs = endpointPairs(value, 'service.name', 'net.host')
    const key = JSON.stringify(pairs)
    const resource = this.#resources.get(key) ?? (pairs.length > 0 ? pairs : NONE)
    this.#resources.set(key, resource)
    return { service: textOrNumber(attribute(pairs, 'service.name')) ?? UNKNOWN_SERVICE, resource }
  }
}

function endpointPairs(value: unknown, serviceKey: string, hostKey: string): [string, AttributeValue][] {
  const { serviceName, ipv4, ipv6, port } = isObject(value) ? value : {}
  const number = asInteger(port)
  return [
    [serviceKey, textOrNumber(serviceName)] as const,
    [`${hostKey}.ip`, textOrNumber(ipv4) ?? textOrNumber(ipv6)] as const,
    [`${hostKey}.port`, number === undefined ? undefined : Number(number)] as const,
  ].flatMap(([key, part]): [string, AttributeValue][] => (part === undefined ? [] : [[key, part]]))
}

const zipkinDetails: Details<JsonObject> = {
  attributes: readAttributes,
  events: readAnnotations,
  links: readLinks,
}

function readAttributes(item: JsonObject): Attributes {
  const tags = tagsOf(item)
  const facts = zipkinFacts(item.kind, tags)
  const texts = Object.entries(tags)
    .filter((tag) => !isHeld(tag, facts))
    .map(([key, value]): [string, AttributeValue] => [key, readTag(value)])
  // Who wrote a tag of that name knows better.
  const remote = endpointPairs(item.remoteEndpoint, 'peer.service', 'net.peer').filter(
    ([key]) => !Object.hasOwn(tags, key),
  )
  const attributes = [...texts, ...remote]
  return attributes.length > 0 ? attributes : NONE
}

/** Tags are texts; where JSON has `false`, it would be lost in one. An object is its JSON, unless it is nested without end. */
function readTag(value: unknown): AttributeValue {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'object' && isWithin(MOST_DEEP, value)) return JSON.stringify(value)
  return textOrNumber(value) ?? ''
}

/** Whether a member of the span says what this tag does. `error` stays an attribute as well: people look for it. */
function isHeld([key, value]: [string, unknown], facts: ZipkinFacts): boolean {
  const { kind, status, statusMessage, scopeName, scopeVersion } = facts
  if (key === 'span.kind') return value === kind
  if (key === 'otel.status_code')
    return status === 'unset' ? isUnset(value) : readOtlpStatus({ code: value }).status === status
  if (key === 'otel.status_description') return value === statusMessage
  if (key === 'otel.scope.name' || key === 'otel.library.name') return value === scopeName
  if (key === 'otel.scope.version' || key === 'otel.library.version')
    return scopeName !== undefined && value === scopeVersion
  return isLinkTag(key) && readLinkText(value) !== undefined
}

/** An unknown code is read as none, and stays an attribute. */
const isUnset = (code: unknown): boolean => /^(?:status_code_)?unset$/i.test(textOrNumber(code) ?? '')

const tagsOf = ({ tags }: JsonObject): JsonObject => (isObject(tags) ? tags : {})

function readLinks(item: JsonObject): readonly SpanLink[] {
  const links = Object.entries(tagsOf(item)).filter(([key]) => isLinkTag(key))
  return links.flatMap(([, text]) => readLinkText(text) ?? [])
}

function readAnnotations(item: JsonObject) {
  if (!Array.isArray(item.annotations) || item.annotations.length === 0) return NONE
  return (item.annotations as unknown[]).filter(isObject).map((annotation) => ({
    ...readEventText(textOrNumber(annotation.value) ?? ''),
    timeNanos: eventMomentOfMicros(annotation.timestamp),
  }))
}

interface ZipkinSpan {
  readonly item: JsonObject
  readonly spanId: string
  /** The source has it under the id of another span, and this one is made. */
  readonly sharesId: boolean
  readonly parentId: string | undefined
  readonly parentMark: ParentMark | undefined
}

/**
 * Maps each of these trace ids to the trace of its spans. A program that knows ids of 64 bits alone drops the high half, so
 * spans of one trace may come with both. An id of 64 bits belongs to that of 128 bits with its low half. With several
 * candidates the right one is unknown, and a reader would believe the wrong one: then it is a trace of its own. Two ids of 128
 * bits are two traces, whatever their halves.
 */
function wholeTraceIds(ids: Iterable<string>): (id: string) => string {
  const byHalf = groupBy(
    [...ids].filter((id) => !isHalf(id)),
    (id) => id.slice(16),
  )
  return (id) => {
    const [whole, ...others] = (isHalf(id) ? byHalf.get(id.slice(16)) : undefined) ?? []
    return whole !== undefined && others.length === 0 ? whole : id
  }
}

/** Of 64 bits: the zeros in front are padding. */
const isHalf = (traceId: string): boolean => traceId.startsWith('0'.repeat(16))

/**
 * Zipkin's B3 lets the server side of a call report under the client's span id, and marks it `shared`. Here each half gets an
 * id of its own. The server half gets a made one under the client half, and takes the children of its host. Other reports of one
 * id stay apart. Spans of one trace.
 */
function separateHalves(items: readonly JsonObject[]): ZipkinSpan[] {
  const byId = groupBy(items, (item) => hexOrMadeId(item.id, 16) as string)
  const calls = new Map<string, SharedCall>()
  for (const [id, reports] of byId) if (reports.length > 1) calls.set(id, new SharedCall(id, reports))
  return [...byId].flatMap(([id, reports]) => {
    const call = calls.get(id)
    const halves = call?.halves ?? [{ item: reports[0]!, spanId: id, isBelow: false }]
    return halves.map(({ item, spanId, isBelow }): ZipkinSpan => {
      const own = { item, spanId, sharesId: spanId !== id }
      if (isBelow) return { ...own, parentId: id, parentMark: undefined }
      const named = hexOrMadeId(item.parentId, 16)
      const mark = parentMark(item.parentId, named, id)
      // A span that is its own parent is a root, as in Zipkin's UI.
      const parentId = named === undefined || mark ? undefined : (calls.get(named)?.parentOf(item) ?? named)
      return { ...own, parentId, parentMark: mark }
    })
  })
}

type ParentMark = Extract<SpanMark, 'parent-unreadable' | 'own-parent'>

/** `parent` is what was made of the parent id that is `given`; undefined where it cannot be read. */
function parentMark(given: unknown, parent: string | undefined, own: string): ParentMark | undefined {
  if (parent !== undefined) return parent === own ? 'own-parent' : undefined
  const named = given ?? ''
  return named !== '' && !/^0+$/.test(textOrNumber(named) ?? '') ? 'parent-unreadable' : undefined
}

interface Half {
  readonly item: JsonObject
  readonly spanId: string
  /** Below the half that keeps the id; else the two are beside each other. */
  readonly isBelow: boolean
}

class SharedCall {
  readonly halves: readonly Half[]
  readonly #servers = new Map<string, string>()
  readonly #clientPlaces: readonly string[]
  readonly #onlyServer: string | undefined

  constructor(id: string, items: readonly JsonObject[]) {
    const client = items.find((item) => !isServer(item))
    const holder = client ?? items.find(({ shared }) => shared !== true) ?? items[0]!
    this.#clientPlaces = client === undefined ? [] : placesOf(client)
    this.halves = items.map((item, at) => {
      if (item === holder || !isServer(item)) return { item, spanId: id, isBelow: false }
      const isBelow = client !== undefined || (item.shared === true && holder.shared !== true)
      return { item, spanId: hexOrMadeId(`${id} server ${at}`, 16) as string, isBelow }
    })
    const servers = this.halves.filter(({ item }) => isServer(item))
    for (const { item, spanId } of servers)
      for (const place of placesOf(item)) if (!this.#servers.has(place)) this.#servers.set(place, spanId)
    this.#onlyServer = servers.length === 1 ? servers[0]!.spanId : undefined
  }

  /** The id of the server that a child belongs to, by its host; undefined: the half that keeps the id. The only server called the rest. */
  parentOf(child: JsonObject): string | undefined {
    const [place = '', service = ''] = placesOf(child)
    const server = place === '' ? undefined : this.#servers.get(place)
    const isOfClient = this.#clientPlaces.includes(place) || this.#clientPlaces[0] === service
    return server ?? (place !== '' && isOfClient ? undefined : this.#onlyServer)
  }
}

/** A client that says its id is shared is mistaken, as in Zipkin's UI. */
const isServer = ({ kind, shared }: JsonObject): boolean =>
  kind === 'SERVER' || (shared === true && kind !== 'CLIENT')

/**
 * The origin of a report, in less and less exact texts: its address, its service, anywhere. A host with two addresses may give
 * IPv6 in some reports alone. Zipkin writes services in lower case.
 */
function placesOf({ localEndpoint }: JsonObject): readonly string[] {
  const { serviceName, ipv4, ipv6 } = isObject(localEndpoint) ? localEndpoint : {}
  const [name = '', v4, v6] = [serviceName, ipv4, ipv6].map((part) => textOrNumber(part)?.toLowerCase() ?? '')
  const address = v4 || v6
  return [...(address ? [`${name}|${address}`] : []), ...(name === '' ? [] : [name]), '']
}
