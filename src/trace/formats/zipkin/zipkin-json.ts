import { isObject, type JsonObject } from '../../../json-object.ts'
import { type Attributes, type AttributeValue, NONE, type SpanKind, UNKNOWN_SERVICE } from '../../model.ts'
import type { Collection } from '../collection.ts'
import { hexOrMadeId, isMadeId, textOrNumber } from '../foreign-json.ts'
import { asInteger } from '../integer.ts'
import { type Details, LazySpan } from '../lazy-span.ts'
import { timesLasting, withMark } from '../span-times.ts'
import { noTrace } from '../unreadable.ts'
import { separateHalves, type ZipkinSpan } from './zipkin-shared.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  CLIENT: 'client',
  SERVER: 'server',
  PRODUCER: 'producer',
  CONSUMER: 'consumer',
}

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
 * spans. Trace ids of 64 and of 128 bits with the same low half are one trace. Failure `api-failed` for v1.
 */
export function readZipkin(items: readonly unknown[], into: Collection): void {
  if (items.some((item) => isObject(item) && isVersion1(item))) {
    throw noTrace('it is JSON of Zipkin v1', 'Zipkin gives v2 under /api/v2/trace/ID.')
  }
  into.recognised = true
  const byTrace = new Map<string, { traceId: string; items: JsonObject[] }>()
  for (const item of items) {
    const traceId = isZipkinSpan(item) ? hexOrMadeId((item as JsonObject).traceId, 32) : undefined
    if (traceId === undefined || hexOrMadeId((item as JsonObject).id, 16) === undefined) continue
    const low = traceId.slice(16)
    const group = byTrace.get(low) ?? { traceId, items: [] }
    // Leading zeros are padding: the larger id is the 128-bit one.
    if (traceId > group.traceId) group.traceId = traceId
    group.items.push(item as JsonObject)
    byTrace.set(low, group)
  }
  const resources = new Map<string, Attributes>()
  for (const group of byTrace.values()) {
    for (const span of separateHalves(group.items)) readSpan(span, group.traceId, resources, into)
  }
}

function readSpan(
  { item, spanId, parentId, parentUnreadable }: ZipkinSpan,
  traceId: string,
  resources: Map<string, Attributes>,
  into: Collection,
): void {
  const endpoint = isObject(item.localEndpoint) ? item.localEndpoint : {}
  const service = textOrNumber(endpoint.serviceName) ?? UNKNOWN_SERVICE
  const error = isObject(item.tags) ? textOrNumber(item.tags.error) : undefined
  const failed = isObject(item.tags) && item.tags.error !== undefined && error !== 'false'
  const times = timesLasting(
    item.timestamp === 0 ? undefined : asInteger(item.timestamp),
    asInteger(item.duration),
  )
  const skeleton = {
    spanId,
    ...(parentId !== undefined && { parentId }),
    name: typeof item.name === 'string' ? item.name : '',
    service,
    kind: KINDS[String(item.kind)] ?? ('unspecified' as const),
    status: failed ? ('error' as const) : ('unset' as const),
    ...(failed && error !== undefined && error !== 'true' && { statusMessage: error }),
    ...times,
    marks: withMark(
      withMark(times.marks, parentUnreadable ? 'parent-unreadable' : undefined),
      isMadeId(item.id, 16) ? 'id-rewritten' : undefined,
    ),
    resource: resourceOf(endpoint, resources),
  }
  into.spansOf(traceId).push(new LazySpan(skeleton, details, item))
}

/** Names as OpenTelemetry's Zipkin translation gives them. */
function resourceOf(endpoint: JsonObject, known: Map<string, Attributes>): Attributes {
  const pairs: [string, AttributeValue][] = []
  const service = textOrNumber(endpoint.serviceName)
  if (service !== undefined) pairs.push(['service.name', service])
  const ip = textOrNumber(endpoint.ipv4) ?? textOrNumber(endpoint.ipv6)
  if (ip !== undefined) pairs.push(['net.host.ip', ip])
  const port = asInteger(endpoint.port)
  if (port !== undefined) pairs.push(['net.host.port', Number(port)])
  const key = JSON.stringify(pairs)
  const resource = known.get(key) ?? (pairs.length > 0 ? pairs : NONE)
  known.set(key, resource)
  return resource
}

function remoteAttributes(item: JsonObject): [string, AttributeValue][] {
  const endpoint = isObject(item.remoteEndpoint) ? item.remoteEndpoint : {}
  const pairs: [string, AttributeValue][] = []
  const service = textOrNumber(endpoint.serviceName)
  if (service !== undefined) pairs.push(['peer.service', service])
  const ip = textOrNumber(endpoint.ipv4) ?? textOrNumber(endpoint.ipv6)
  if (ip !== undefined) pairs.push(['net.peer.ip', ip])
  const port = asInteger(endpoint.port)
  if (port !== undefined) pairs.push(['net.peer.port', Number(port)])
  return pairs
}

const details: Details<JsonObject> = {
  attributes(item) {
    const tags = isObject(item.tags) ? Object.entries(item.tags) : []
    const texts = tags.map(([key, value]): [string, AttributeValue] => [key, textOrNumber(value) ?? ''])
    const attributes = [...texts, ...remoteAttributes(item)]
    return attributes.length > 0 ? attributes : NONE
  },
  events(item) {
    if (!Array.isArray(item.annotations) || item.annotations.length === 0) return NONE
    return (item.annotations as unknown[]).filter(isObject).map((annotation) => ({
      name: textOrNumber(annotation.value) ?? '',
      timeNanos: (asInteger(annotation.timestamp) ?? 0n) * 1000n,
      attributes: NONE,
    }))
  },
  links: () => NONE,
}
