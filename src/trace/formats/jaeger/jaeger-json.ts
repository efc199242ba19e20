import { isObject, type JsonObject } from '../../../json-object.ts'
import { type Attributes, NONE, type Scope, type SpanLink, UNKNOWN_SERVICE } from '../../model.ts'
import type { Collection } from '../collection.ts'
import { hexId, hexOrMadeId, isMadeId, textOrNumber } from '../foreign-json.ts'
import { asInteger } from '../integer.ts'
import { type Details, LazySpan } from '../lazy-span.ts'
import { otlpId } from '../otlp/otlp-ids.ts'
import { NO_SPAN_ID, NO_TRACE_ID } from '../otlp/otlp-json.ts'
import { timesLasting, withMark } from '../span-times.ts'
import { isFact, readFacts, readTags } from './jaeger-tags.ts'
import { warningsAttribute, warningTexts } from './jaeger-warnings.ts'

/** Whether a JSON value is one trace of Jaeger's internal ("UI") JSON. */
export function isJaegerTrace(value: unknown): boolean {
  return isObject(value) && 'traceID' in value && Array.isArray(value.spans)
}

/** Whether it is the envelope of `/api/traces`: `{"data":[…]}`, empty or null for "none found". */
export function isJaegerEnvelope(value: unknown): boolean {
  if (!isObject(value) || !('data' in value)) return false
  if (Array.isArray(value.data) && value.data.length > 0) return (value.data as unknown[]).some(isJaegerTrace)
  return 'errors' in value || 'total' in value
}

/** Reads one or all traces of Jaeger's internal JSON (jaeger `internal/uimodel/model.go`) into `into`. */
export function readJaeger(document: JsonObject, into: Collection): void {
  into.recognised = true
  const list = isJaegerTrace(document) ? [document] : document.data
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    if (isJaegerTrace(item)) readTrace(item as JsonObject, into)
  }
}

interface Process {
  readonly service: string
  readonly resource: Attributes
}

function readTrace(document: JsonObject, into: Collection): void {
  const traceId = jaegerId(document.traceID, 32) ?? NO_TRACE_ID
  const processes = new Map<unknown, Process>()
  for (const [id, process] of isObject(document.processes) ? Object.entries(document.processes) : []) {
    processes.set(id, readProcess(process))
  }
  into.warn(traceId, warningTexts(document.warnings), 0)
  const scopes = new Map<string, Scope>()
  for (const item of document.spans as unknown[]) {
    if (!isObject(item)) continue
    const process = processes.get(item.processID) ?? readProcess(item.process)
    readSpan(item, traceId, process, scopes, into)
  }
}

/** Jaeger does not pad ids; newer versions also give base64. */
function jaegerId(value: unknown, length: 16 | 32): string | undefined {
  return hexId(value, length) ?? otlpId(value, length) ?? hexOrMadeId(value, length)
}

const isRewritten = (value: unknown): boolean => isMadeId(value, 16) && otlpId(value, 16) === undefined

function readProcess(value: unknown): Process {
  const service = isObject(value) ? textOrNumber(value.serviceName) : undefined
  const tags = isObject(value) ? readTags(value.tags) : []
  // As in OpenTelemetry, where the service is an attribute of the resource like any other.
  const resource: Attributes = service === undefined ? tags : [['service.name', service], ...tags]
  return { service: service ?? UNKNOWN_SERVICE, resource: resource.length > 0 ? resource : NONE }
}

interface Reference {
  readonly childOf: boolean
  readonly traceId: string
  readonly spanId: string
}

function readReferences(item: JsonObject): Reference[] {
  if (!Array.isArray(item.references)) return []
  return (item.references as unknown[]).filter(isObject).map((reference) => ({
    childOf: reference.refType === 'CHILD_OF',
    traceId: jaegerId(reference.traceID, 32) ?? NO_TRACE_ID,
    spanId: jaegerId(reference.spanID, 16) ?? NO_SPAN_ID,
  }))
}

/** Jaeger's rule: the first CHILD_OF of this trace, else the first FOLLOWS_FROM of it. */
function parentAmong(references: readonly Reference[], traceId: string): Reference | undefined {
  const here = references.filter(
    (reference) => reference.traceId === traceId && reference.spanId !== NO_SPAN_ID,
  )
  return here.find((reference) => reference.childOf) ?? here[0]
}

function readSpan(
  item: JsonObject,
  traceId: string,
  { service, resource }: Process,
  scopes: Map<string, Scope>,
  into: Collection,
): void {
  for (const tag of Array.isArray(item.tags) ? (item.tags as unknown[]) : []) {
    if (isObject(tag)) into.check(tag.value)
  }
  const warnings = warningTexts(item.warnings)
  if (warnings.length > 0) into.warn(traceId, warnings, 1)
  const parent = parentAmong(readReferences(item), traceId)?.spanId ?? jaegerId(item.parentSpanID, 16)
  const { kind, status, statusMessage, scopeName, scopeVersion } = readFacts(readTags(item.tags))
  const scope = scopeName === undefined ? undefined : sharedScope(scopes, scopeName, scopeVersion)
  const times = timesLasting(asInteger(item.startTime), asInteger(item.duration))
  const lost =
    parent === undefined && (item.parentSpanID ?? '') !== '' && !/^0+$/.test(String(item.parentSpanID))
  const skeleton = {
    spanId: jaegerId(item.spanID, 16) ?? NO_SPAN_ID,
    ...(parent !== undefined && { parentId: parent }),
    name: typeof item.operationName === 'string' ? item.operationName : '',
    service,
    kind,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    ...times,
    marks: withMark(
      withMark(times.marks, lost ? 'parent-unreadable' : undefined),
      isRewritten(item.spanID) ? 'id-rewritten' : undefined,
    ),
    resource,
    ...(scope && { scope }),
  }
  into.spansOf(traceId).push(new LazySpan(skeleton, details, { item, traceId }))
}

function sharedScope(scopes: Map<string, Scope>, name: string, version: string | undefined): Scope {
  const key = JSON.stringify([name, version])
  const known = scopes.get(key)
  if (known) return known
  const scope = { name, ...(version !== undefined && { version }), attributes: NONE }
  scopes.set(key, scope)
  return scope
}

const details: Details<{ item: JsonObject; traceId: string }> = {
  attributes({ item }) {
    const tags = readTags(item.tags).filter((tag) => !isFact(tag))
    const warnings = warningsAttribute(item.warnings)
    if (warnings) tags.push(warnings)
    return tags.length > 0 ? tags : NONE
  },
  events({ item }) {
    if (!Array.isArray(item.logs) || item.logs.length === 0) return NONE
    return (item.logs as unknown[]).filter(isObject).map((log) => {
      const fields = readTags(log.fields)
      const event = fields.find(([key]) => key === 'event')
      const name = typeof event?.[1] === 'string' ? event[1] : undefined
      const attributes = name === undefined ? fields : fields.filter((field) => field !== event)
      return {
        name: name ?? 'log',
        timeNanos: (asInteger(log.timestamp) ?? 0n) * 1000n,
        attributes: attributes.length > 0 ? attributes : NONE,
      }
    })
  },
  links({ item, traceId }) {
    const references = readReferences(item)
    const parent = parentAmong(references, traceId)
    const links = references
      .filter((reference) => reference !== parent)
      .map(
        (reference): SpanLink => ({ traceId: reference.traceId, spanId: reference.spanId, attributes: NONE }),
      )
    return links.length > 0 ? links : NONE
  },
}
