import { isObject, type JsonObject } from '../../../json-object.ts'
import { groupBy } from '../../group.ts'
import type { Collection } from '../collection.ts'
import { hexOrMadeId, noTrace } from '../foreign-json.ts'
import { LazySpan } from '../lazy-span.ts'
import { Scopes } from '../scopes.ts'
import { separateHalves, wholeTraceIds } from './zipkin-shared.ts'
import { Endpoints, zipkinDetails, zipkinSkeleton } from './zipkin-span.ts'

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
    throw noTrace('it is JSON of Zipkin v1', VERSION_1_HINT)
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
  'Zipkin gives v2 under /api/v2/trace/ID. What is in a file, send to a Zipkin (POST /api/v1/spans) first.'
