import { isObject, type JsonObject } from '../../../json-object.ts'
import { type Attributes, NONE, type SpanLink, UNKNOWN_SERVICE } from '../../model.ts'
import { hexId, hexOrMadeId, isMadeId, textOrNumber } from '../foreign-json.ts'
import type { Details, Skeleton } from '../lazy-span.ts'
import { otlpId } from '../otlp/otlp-ids.ts'
import { NO_SPAN_ID, NO_TRACE_ID } from '../otlp/otlp-json.ts'
import type { Scopes } from '../scopes.ts'
import { eventMomentOfMicros, timesOfMicros, withMark } from '../span-times.ts'
import { isHeld, readFacts, readTags } from './jaeger-tags.ts'
import { warningsAttribute } from './jaeger-warnings.ts'

/** What reported a span. */
export interface Process {
  readonly service: string
  readonly resource: Attributes
}

/** A member of `processes`, or `process` of a span. */
export function readProcess(value: unknown): Process {
  const service = isObject(value) ? textOrNumber(value.serviceName) : undefined
  const tags = isObject(value) ? readTags(value.tags) : []
  // As in OpenTelemetry, where the service is an attribute of the resource like any other.
  const resource: Attributes = service === undefined ? tags : [['service.name', service], ...tags]
  return { service: service ?? UNKNOWN_SERVICE, resource: resource.length > 0 ? resource : NONE }
}

/** The member `processes`, by their ids. */
export function readProcesses(value: unknown): ReadonlyMap<unknown, Process> {
  const entries = isObject(value) ? Object.entries(value) : []
  return new Map(entries.map(([id, process]) => [id, readProcess(process)]))
}

/** A trace id; {@link NO_TRACE_ID} for what is none. */
export function jaegerTraceId(value: unknown): string {
  return jaegerId(value, 32) ?? NO_TRACE_ID
}

/** Jaeger does not pad ids; newer versions also give base64. */
function jaegerId(value: unknown, length: 16 | 32): string | undefined {
  return hexId(value, length) ?? otlpId(value, length) ?? hexOrMadeId(value, length)
}

const isRewritten = (value: unknown): boolean => isMadeId(value, 16) && otlpId(value, 16) === undefined

/** A pointer to another span, its parent or not. */
interface Reference {
  readonly childOf: boolean
  readonly follows: boolean
  readonly traceId: string
  readonly spanId: string
}

/** The member `references` of a span. */
function readReferences(value: unknown): Reference[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[]).filter(isObject).map(({ refType, traceID, spanID }) => ({
    childOf: refType === 'CHILD_OF',
    follows: refType === 'FOLLOWS_FROM',
    traceId: jaegerTraceId(traceID),
    spanId: jaegerId(spanID, 16) ?? NO_SPAN_ID,
  }))
}

/** Jaeger's rule: the first CHILD_OF of this trace, else the first FOLLOWS_FROM of it. */
function parentAmong(references: readonly Reference[], traceId: string): Reference | undefined {
  let follows: Reference | undefined
  for (const reference of references) {
    if (reference.traceId !== traceId || reference.spanId === NO_SPAN_ID) continue
    if (reference.childOf) return reference
    follows ??= reference
  }
  return follows
}

/** The skeleton of a span; `scopes` are those of its trace. */
export function jaegerSkeleton(
  item: JsonObject,
  traceId: string,
  { service, resource }: Process,
  scopes: Scopes,
): Skeleton {
  const { parentSpanID, spanID } = item
  const facts = readFacts(readTags(item.tags))
  const parent = parentAmong(readReferences(item.references), traceId)
  const parentId = parent?.spanId ?? jaegerId(parentSpanID, 16)
  const times = timesOfMicros(item.startTime, item.duration)
  const lost =
    parentId === undefined && (parentSpanID ?? '') !== '' && !/^0+$/.test(textOrNumber(parentSpanID) ?? '')
  return {
    spanId: jaegerId(spanID, 16) ?? NO_SPAN_ID,
    parentId,
    name: typeof item.operationName === 'string' ? item.operationName : '',
    service,
    kind: facts.kind,
    status: facts.status,
    statusMessage: facts.statusMessage,
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    marks: withMark(
      withMark(
        withMark(times.marks, lost ? 'parent-unreadable' : undefined),
        isRewritten(spanID) ? 'id-rewritten' : undefined,
      ),
      parent?.follows ? 'follows-parent' : undefined,
    ),
    resource,
    scope: scopes.read(facts.scopeName, facts.scopeVersion),
  }
}

/** Attributes, events and links of a span of this trace. */
export const jaegerDetails = (traceId: string): Details<JsonObject> => ({
  attributes: readAttributes,
  events: readLogs,
  links: (item) => readLinks(item, traceId),
})

function readAttributes(item: JsonObject): Attributes {
  const all = readTags(item.tags)
  const facts = readFacts(all)
  const tags = all.filter((tag) => !isHeld(tag, facts))
  const warnings = warningsAttribute(item.warnings)
  if (warnings) tags.push(warnings)
  return tags.length > 0 ? tags : NONE
}

function readLogs(item: JsonObject) {
  if (!Array.isArray(item.logs) || item.logs.length === 0) return NONE
  return (item.logs as unknown[]).filter(isObject).map((log) => {
    const fields = readTags(log.fields)
    const event = fields.find(([key]) => key === 'event')
    const name = typeof event?.[1] === 'string' ? event[1] : undefined
    const attributes = name === undefined ? fields : fields.filter((field) => field !== event)
    return {
      name: name ?? 'log',
      timeNanos: eventMomentOfMicros(log.timestamp),
      attributes: attributes.length > 0 ? attributes : NONE,
    }
  })
}

function readLinks(item: JsonObject, traceId: string): readonly SpanLink[] {
  const references = readReferences(item.references)
  const parent = parentAmong(references, traceId)
  const links = references
    .filter((reference) => reference !== parent)
    .map((reference) => ({ traceId: reference.traceId, spanId: reference.spanId, attributes: NONE }))
  return links.length > 0 ? links : NONE
}
