import { isObject, type JsonObject } from '../../../json-object.ts'
import type { Collection } from '../collection.ts'
import { hexOrMadeId } from '../foreign-json.ts'
import { LazySpan } from '../lazy-span.ts'
import { noTrace } from '../unreadable.ts'
import { separateHalves, type ZipkinSpan } from './zipkin-shared.ts'
import { Endpoints, tagsOf, zipkinDetails, zipkinSkeleton } from './zipkin-span.ts'

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
  const endpoints = new Endpoints()
  for (const { traceId, items } of byTrace.values()) {
    for (const span of separateHalves(items)) into.spansOf(traceId).push(readSpan(span, endpoints))
  }
}

function readSpan({ item, spanId, parentId, parentUnreadable }: ZipkinSpan, endpoints: Endpoints) {
  const { id, kind, name, timestamp, duration } = item
  const tags = tagsOf(item)
  const members = { spanId, parentId, parentUnreadable, id, kind, name, timestamp, duration, tags }
  const skeleton = zipkinSkeleton(members, endpoints.read(item.localEndpoint))
  return new LazySpan(skeleton, details, item)
}

const details = zipkinDetails((item: JsonObject) => item)
