import { isObject, type JsonObject } from '../../../json-object.ts'
import { groupBy } from '../../group.ts'
import type { Collection } from '../collection.ts'
import { hexOrMadeId } from '../foreign-json.ts'
import { LazySpan } from '../lazy-span.ts'
import { Scopes } from '../scopes.ts'
import { noTrace } from '../unreadable.ts'
import { separateHalves, wholeTraceIds, type ZipkinSpan } from './zipkin-shared.ts'
import { Endpoints, tagsOf, zipkinDetails, zipkinFacts, zipkinSkeleton } from './zipkin-span.ts'

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
 * spans. Failure `api-failed` for v1.
 */
export function readZipkin(items: readonly unknown[], into: Collection): void {
  if (items.some((item) => isObject(item) && isVersion1(item))) {
    throw noTrace('it is JSON of Zipkin v1', 'Zipkin gives v2 under /api/v2/trace/ID.')
  }
  into.recognised = true
  const spans = (items as readonly JsonObject[]).flatMap((item) => {
    const traceId = isZipkinSpan(item) ? hexOrMadeId(item.traceId, 32) : undefined
    return traceId === undefined || hexOrMadeId(item.id, 16) === undefined ? [] : { traceId, item }
  })
  const byId = groupBy(spans, ({ traceId }) => traceId)
  const wholeId = wholeTraceIds(byId.keys())
  // Id after id, as the scan has them.
  const byTrace = groupBy([...byId.values()].flat(), ({ traceId }) => wholeId(traceId))
  const endpoints = new Endpoints()
  const scopes = new Scopes()
  for (const [traceId, spans] of byTrace) {
    const halves = separateHalves(spans.map(({ item }) => item))
    into.add(
      traceId,
      halves.map((half) => readSpan(half, endpoints, scopes)),
    )
  }
}

function readSpan(span: ZipkinSpan, endpoints: Endpoints, scopes: Scopes) {
  const { item, spanId, sharesId, parentId, parentMark } = span
  const { id, kind, name, timestamp, duration } = item
  const facts = zipkinFacts(kind, tagsOf(item))
  const members = { spanId, sharesId, parentId, parentMark, id, name, timestamp, duration, facts }
  const skeleton = zipkinSkeleton(members, endpoints.read(item.localEndpoint), scopes)
  return new LazySpan(skeleton, details, item)
}

const details = zipkinDetails((item: JsonObject) => item)
