import { isObject, type JsonObject } from '../../../json-object.ts'
import {
  type Attributes,
  type AttributeValue,
  NONE,
  type Scope,
  type SpanMark,
  UNKNOWN_SERVICE,
} from '../../model.ts'
import type { Collection } from '../collection.ts'
import { asAttributes, hexId, textOrNumber } from '../foreign-json.ts'
import { asInteger } from '../integer.ts'
import { type Details, LazySpan } from '../lazy-span.ts'
import { readOtlpKind, readOtlpStatus } from '../otlp/otlp-enums.ts'
import { NO_SPAN_ID, NO_TRACE_ID } from '../otlp/otlp-json.ts'
import { knownMoment } from '../span-times.ts'

/** Whether a JSON value is what `ls-auth trace get -o json` writes. */
export function isOwnTrace(value: unknown): boolean {
  return (
    isObject(value) && typeof value.traceId === 'string' && Array.isArray(value.spans) && 'spanCount' in value
  )
}

/** Whether it is a line of `-o ndjson`. */
export function isOwnSpan(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.traceId === 'string' &&
    typeof value.durationNanos === 'string' &&
    'spanId' in value
  )
}

/**
 * Reads our own JSON back (`JsonTrace`, see own-json-export.ts). Types that JSON cannot express stay as JSON has them:
 * bytes are base64 text, integers beyond 2^53 decimal text.
 */
export function readOwnJson(document: JsonObject, into: Collection): void {
  into.recognised = true
  const traceId = traceIdOf(document.traceId)
  if (typeof document.partial === 'string') into.cut(traceId, document.partial)
  const spans = Array.isArray(document.spans) ? (document.spans as unknown[]) : [document]
  // Equal resources share one array, as with the other readers; a line of NDJSON has no other to share with.
  const resources = new Map<string, Attributes>()
  for (const item of spans) if (isObject(item)) readSpan(item, traceId, resources, into)
}

function traceIdOf(value: unknown): string {
  return hexId(value, 16) ?? hexId(value, 32) ?? NO_TRACE_ID
}

const MARKS: ReadonlySet<unknown> = new Set<SpanMark>([
  'start-missing',
  'end-missing',
  'end-before-start',
  'parent-unreadable',
  'own-parent',
  'id-rewritten',
  'id-shared',
  'follows-parent',
  'attributes-withheld',
])

function readSpan(
  item: JsonObject,
  traceId: string,
  resources: Map<string, Attributes>,
  into: Collection,
): void {
  const parentId = hexId(item.parentSpanId, 16)
  const marks = Array.isArray(item.marks)
    ? (item.marks as SpanMark[]).filter((mark) => MARKS.has(mark))
    : NONE
  const key = JSON.stringify(item.resource)
  const resource = resources.get(key) ?? asAttributes(item.resource)
  resources.set(key, resource)
  const scope = readOwnScope(item.scope)
  const skeleton = {
    spanId: hexId(item.spanId, 16) ?? NO_SPAN_ID,
    ...(parentId !== undefined && { parentId }),
    name: typeof item.name === 'string' ? item.name : '',
    service: textOrNumber(item.service) ?? UNKNOWN_SERVICE,
    kind: readOtlpKind(item.kind),
    ...readOtlpStatus({ code: item.status, message: item.statusMessage }),
    startNanos: asInteger(item.startTimeUnixNano) ?? 0n,
    durationNanos: Math.max(0, Number(asInteger(item.durationNanos) ?? 0n)),
    resource,
    ...(scope && { scope }),
    marks: marks.length > 0 ? marks : NONE,
  }
  into.spansOf(traceId).push(new LazySpan(skeleton, details, item))
}

function readOwnScope(value: unknown): Scope | undefined {
  if (!isObject(value) || typeof value.name !== 'string') return undefined
  const version = textOrNumber(value.version)
  return {
    name: value.name,
    ...(version !== undefined && { version }),
    attributes: asAttributes(value.attributes),
  }
}

const details: Details<JsonObject> = {
  attributes: (item) => asAttributes(item.attributes),
  events(item) {
    const events = Array.isArray(item.events) ? (item.events as unknown[]).filter(isObject) : []
    if (events.length === 0) return NONE
    return events.map((event) => ({
      name: typeof event.name === 'string' ? event.name : '',
      timeNanos: knownMoment(asInteger(event.timeUnixNano)),
      attributes: asAttributes(event.attributes) as readonly [string, AttributeValue][],
    }))
  },
  links(item) {
    const links = Array.isArray(item.links) ? (item.links as unknown[]).filter(isObject) : []
    if (links.length === 0) return NONE
    return links.map((link) => ({
      traceId: traceIdOf(link.traceId),
      spanId: hexId(link.spanId, 16) ?? NO_SPAN_ID,
      attributes: asAttributes(link.attributes),
    }))
  },
}
