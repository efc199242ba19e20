import { isObject, type JsonObject, jsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { withoutTokens } from '../../text/secrets.ts'
import {
  type Attributes,
  type AttributeValue,
  NONE,
  type SpanKind,
  type SpanLink,
  type SpanStatus,
  UNKNOWN_SERVICE,
} from '../model.ts'
import {
  type Collection,
  type Details,
  LazySpan,
  type Skeleton,
  warningsAttribute,
  warningTexts,
} from './collection.ts'
import { asInteger, hexId, hexOrMadeId, isMadeId, narrow, Scopes, textOrNumber } from './foreign-json.ts'
import { NO_SPAN_ID, NO_TRACE_ID, otlpId } from './otlp/otlp-json.ts'
import { eventMomentOfMicros, timesOfMicros, withMark } from './span-times.ts'

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

export interface JaegerError {
  /** There is no such thing, which isn't a failure. */
  readonly isMissing: boolean
  /** Safe for a terminal. Empty: Jaeger says no more. */
  readonly words: string
}

/** 404 of HTTP, 5 of gRPC. */
const MISSING: readonly unknown[] = [404, 5, '404', '5']

/** `{"errors":[{"code":500,"msg":…}]}` of `/api`, `{"error":{"httpCode":500,"message":…}}` of v3; undefined: neither. */
export function errorIn(body: unknown): JaegerError | undefined {
  if (!isObject(body)) return undefined
  const reported = [body.errors, body.error]
    .flat()
    .filter((one) => one !== undefined && one !== null && one !== '')
  if (reported.length === 0) return undefined
  const worst = reported.find((one) => !isOfMissing(one)) ?? reported[0]
  const text = isObject(worst) ? textOrNumber(worst.msg ?? worst.message) : textOrNumber(worst)
  return { isMissing: isOfMissing(worst), words: safeText(withoutTokens(text ?? ''), 300) }
}

/** A gateway before gRPC names both codes (`httpCode`, `http_code`), or that of gRPC alone (`code`). */
function isOfMissing(one: unknown): boolean {
  const { httpCode, http_code, code, grpc_code } = isObject(one) ? one : {}
  return MISSING.includes(httpCode ?? http_code ?? code ?? grpc_code)
}

/** Why a trace is not whole whose stream ended with this error. */
export const brokeOff = ({ words }: JaegerError): string =>
  `Jaeger stopped early${words === '' ? '' : `: ${words}`}`

/** What Jaeger says in an answer that is an error and holds no trace: `{"data":null,"errors":[{"code":404,"msg":"…"}]}`. */
export function jaegerErrorIn(bytes: Uint8Array): string | undefined {
  const document = bytes.length > MOST_ERROR_BYTES ? undefined : jsonObject(Buffer.from(bytes))
  const words = isJaegerEnvelope(document) ? errorIn(document)?.words : undefined
  return words === '' ? undefined : words
}

/** An answer that is only an error is no longer. */
export const MOST_ERROR_BYTES = 65_536

/** Reads one or all traces of Jaeger's internal JSON (jaeger `internal/uimodel/model.go`) into `into`. */
export function readJaeger(document: JsonObject, into: Collection): void {
  into.recognised = true
  const list = isJaegerTrace(document) ? [document] : document.data
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    if (isJaegerTrace(item)) readTrace(item as JsonObject, into)
  }
}

function readTrace(document: JsonObject, into: Collection): void {
  const traceId = jaegerTraceId(document.traceID)
  const processes = readProcesses(document.processes)
  into.check(document.processes)
  into.warn(traceId, warningTexts(document.warnings), 0)
  const details = jaegerDetails(traceId)
  const scopes = new Scopes()
  for (const item of document.spans as unknown[]) {
    if (!isObject(item)) continue
    into.check(item.tags)
    into.check(item.logs)
    const warnings = warningTexts(item.warnings)
    if (warnings.length > 0) into.warn(traceId, warnings, 1)
    const process = processes.get(item.processID) ?? readProcess(item.process)
    into.spansOf(traceId).push(new LazySpan(jaegerSkeleton(item, traceId, process, scopes), details, item))
  }
}

interface Process {
  readonly service: string
  readonly resource: Attributes
}

function readProcess(value: unknown): Process {
  const service = isObject(value) ? textOrNumber(value.serviceName) : undefined
  const tags = isObject(value) ? readTags(value.tags) : []
  // As in OpenTelemetry, where the service is an attribute of the resource like any other.
  const resource: Attributes = service === undefined ? tags : [['service.name', service], ...tags]
  return { service: service ?? UNKNOWN_SERVICE, resource: resource.length > 0 ? resource : NONE }
}

function readProcesses(value: unknown): ReadonlyMap<unknown, Process> {
  const entries = isObject(value) ? Object.entries(value) : []
  return new Map(entries.map(([id, process]) => [id, readProcess(process)]))
}

/** A trace id; {@link NO_TRACE_ID} for what is none. */
function jaegerTraceId(value: unknown): string {
  return jaegerId(value, 32) ?? NO_TRACE_ID
}

/** Jaeger does not pad ids; newer versions also give base64. */
function jaegerId(value: unknown, length: 16 | 32): string | undefined {
  return hexId(value, length) ?? otlpId(value, length) ?? hexOrMadeId(value, length)
}

const isRewritten = (value: unknown): boolean => isMadeId(value, 16) && otlpId(value, 16) === undefined

interface Reference {
  readonly childOf: boolean
  readonly follows: boolean
  readonly traceId: string
  readonly spanId: string
}

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
function jaegerSkeleton(
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

const jaegerDetails = (traceId: string): Details<JsonObject> => ({
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

type Tag = [key: string, value: AttributeValue]

/** The tags of a span, a process or a log. Entries without a key are left out. */
function readTags(value: unknown): Tag[] {
  if (!Array.isArray(value)) return []
  const tags: Tag[] = []
  for (const tag of value as unknown[]) {
    if (isObject(tag) && typeof tag.key === 'string') tags.push([tag.key, readValue(tag.value, tag.type)])
  }
  return tags
}

/** Types are a hint, not a promise (VictoriaTraces gives every value as a string): a value of another type is kept unchanged. */
function readValue(value: unknown, type: unknown): AttributeValue {
  if (type === 'int64' && (typeof value === 'string' || typeof value === 'number')) {
    const integer = Number.isInteger(Number(value)) ? asInteger(value) : undefined
    return integer === undefined ? value : narrow(integer)
  }
  if (type === 'float64' && typeof value === 'string' && value !== '') {
    const number = Number(value)
    return Number.isNaN(number) && value !== 'NaN' ? value : number
  }
  if (type === 'bool' && (value === 'true' || value === 'false')) return value === 'true'
  if (type === 'binary' && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === undefined || value === null ? null : JSON.stringify(value)
}

/** Writes one tag. What Jaeger has no type for (lists, maps) becomes JSON text, as Jaeger's own translation does. */
export function writeTag(key: string, value: AttributeValue): { key: string; type: string; value: unknown } {
  if (typeof value === 'string') return { key, type: 'string', value }
  if (typeof value === 'boolean') return { key, type: 'bool', value }
  if (typeof value === 'bigint') return { key, type: 'int64', value: String(value) }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { key, type: 'int64', value }
    const plain = Number.isFinite(value) && !Object.is(value, -0)
    return { key, type: 'float64', value: plain ? value : Object.is(value, -0) ? '-0' : String(value) }
  }
  if (value instanceof Uint8Array) {
    return { key, type: 'binary', value: Buffer.from(value).toString('base64') }
  }
  const text = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
  return { key, type: 'string', value: value === null ? '' : text }
}

const KINDS: ReadonlySet<string> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer'])

/** The facts that OpenTelemetry keeps in fields and Jaeger in tags. */
interface TagFacts {
  readonly kind: SpanKind
  readonly status: SpanStatus
  /** The status is that of `otel.status_code`. */
  readonly hasCode?: boolean
  readonly statusMessage?: string | undefined
  readonly scopeName?: string | undefined
  readonly scopeVersion?: string | undefined
}

function isFact([key, value]: Tag): boolean {
  if (key === 'span.kind') return kindIn(value) !== undefined
  if (key === 'error') return value === true || value === 'true' || value === false || value === 'false'
  if (key === 'otel.status_code') return codeIn(value) !== undefined
  if (key === 'otel.status_description' || key === 'otel.scope.name' || key === 'otel.scope.version') {
    return typeof value === 'string' && value !== ''
  }
  return false
}

/**
 * Whether the facts of a span say all that this tag of it does, so that it need not be an attribute as well. `error` is one:
 * people look for it. But beside a status code OpenTelemetry has written it, and drops it when it reads it.
 */
function isHeld([key, value]: Tag, facts: TagFacts): boolean {
  if (key === 'error') return facts.hasCode === true && facts.status === 'error' && String(value) === 'true'
  if (key === 'span.kind') return kindIn(value) === facts.kind
  if (key === 'otel.status_code') return codeIn(value)?.toLowerCase() === facts.status
  if (key === 'otel.status_description') return value === facts.statusMessage
  if (key === 'otel.scope.name') return value === facts.scopeName
  return key === 'otel.scope.version' && facts.scopeName !== undefined && value === facts.scopeVersion
}

/** Some clients write `CLIENT`, as OpenTelemetry calls it. */
function kindIn(value: AttributeValue): SpanKind | undefined {
  if (typeof value !== 'string') return undefined
  const kind = value.toLowerCase().replace(/^span_kind_/, '')
  return KINDS.has(kind) ? (kind as SpanKind) : undefined
}

/** Older exporters write `Error` and `Ok`. */
function codeIn(value: AttributeValue): 'ERROR' | 'OK' | undefined {
  const code = typeof value === 'string' ? value.toUpperCase() : undefined
  return code === 'ERROR' || code === 'OK' ? code : undefined
}

/** Jaeger's conventions for what OpenTelemetry has fields for (jaeger `otlp2jaeger` translation). */
function readFacts(tags: readonly Tag[]): TagFacts {
  let [kind, error, code, statusMessage, scopeName, scopeVersion]: (AttributeValue | undefined)[] = []
  for (const tag of tags) {
    if (!isFact(tag)) continue
    const [key, value] = tag
    if (key === 'span.kind') kind ??= kindIn(value)
    else if (key === 'error') error ??= value
    else if (key === 'otel.status_code') code ??= codeIn(value)
    else if (key === 'otel.status_description') statusMessage ??= value
    else if (key === 'otel.scope.name') scopeName ??= value
    else scopeVersion ??= value
  }
  const failed = code === 'ERROR' || (code === undefined && String(error) === 'true')
  return {
    kind: (kind as SpanKind | undefined) ?? 'unspecified',
    status: failed ? 'error' : code === 'OK' ? 'ok' : 'unset',
    hasCode: code !== undefined,
    statusMessage: statusMessage as string | undefined,
    scopeName: scopeName as string | undefined,
    scopeVersion: scopeVersion as string | undefined,
  }
}
