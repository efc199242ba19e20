import { isObject } from '../../json-object.ts'
import type { AttributeValue, SpanKind, SpanStatus } from '../model.ts'
import { asInteger, narrow } from './foreign-json.ts'

type Tag = [key: string, value: AttributeValue]

/** The tags of a span, a process or a log. Entries without a key are left out. */
export function readTags(value: unknown): Tag[] {
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
export function isHeld([key, value]: Tag, facts: TagFacts): boolean {
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
export function readFacts(tags: readonly Tag[]): TagFacts {
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
