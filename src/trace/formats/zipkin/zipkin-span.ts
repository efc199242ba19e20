import { isObject, type JsonObject } from '../../../json-object.ts'
import { type Attributes, type AttributeValue, NONE, type SpanKind, UNKNOWN_SERVICE } from '../../model.ts'
import { isMadeId, textOrNumber } from '../foreign-json.ts'
import { asInteger } from '../integer.ts'
import type { Details, Skeleton } from '../lazy-span.ts'
import { timesOfMicros, withMark } from '../span-times.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  CLIENT: 'client',
  SERVER: 'server',
  PRODUCER: 'producer',
  CONSUMER: 'consumer',
}

/** Where a span was recorded. */
export interface Endpoint {
  readonly service: string
  readonly resource: Attributes
}

/** The members of a span that its skeleton is made of: those that are read already, and others as JSON has them. */
export interface ZipkinMembers {
  readonly spanId: string
  readonly parentId: string | undefined
  /** A parent is named by something that is no id. */
  readonly parentUnreadable: boolean
  readonly id: unknown
  readonly kind?: unknown
  readonly name?: unknown
  readonly timestamp?: unknown
  readonly duration?: unknown
  /** The tag `error`. */
  readonly error: unknown
}

/** The skeleton of a span from its members. */
export function zipkinSkeleton(item: ZipkinMembers, { service, resource }: Endpoint): Skeleton {
  const error = textOrNumber(item.error)
  const failed = item.error !== undefined && error !== 'false'
  const times = timesOfMicros(item.timestamp, item.duration)
  return {
    spanId: item.spanId,
    parentId: item.parentId,
    name: typeof item.name === 'string' ? item.name : '',
    service,
    kind: KINDS[String(item.kind)] ?? 'unspecified',
    status: failed ? 'error' : 'unset',
    statusMessage: failed && error !== 'true' ? error : undefined,
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    marks: withMark(
      withMark(times.marks, item.parentUnreadable ? 'parent-unreadable' : undefined),
      item.id !== item.spanId && isMadeId(item.id, 16) ? 'id-rewritten' : undefined,
    ),
    resource,
    scope: undefined,
  }
}

/** Reads `localEndpoint`s; equal ones give one and the same. Names as OpenTelemetry's Zipkin translation gives them. */
export class Endpoints {
  readonly #resources = new Map<string, Attributes>()

  read(value: unknown): Endpoint {
    const endpoint = isObject(value) ? value : {}
    const service = textOrNumber(endpoint.serviceName)
    const pairs: [string, AttributeValue][] = []
    if (service !== undefined) pairs.push(['service.name', service])
    const ip = textOrNumber(endpoint.ipv4) ?? textOrNumber(endpoint.ipv6)
    if (ip !== undefined) pairs.push(['net.host.ip', ip])
    const port = asInteger(endpoint.port)
    if (port !== undefined) pairs.push(['net.host.port', Number(port)])
    const key = JSON.stringify(pairs)
    const resource = this.#resources.get(key) ?? (pairs.length > 0 ? pairs : NONE)
    this.#resources.set(key, resource)
    return { service: service ?? UNKNOWN_SERVICE, resource }
  }
}

/** Attributes and events of a span; `itemOf` gives the object of its raw form. */
export function zipkinDetails<Raw>(itemOf: (raw: Raw) => JsonObject): Details<Raw> {
  return {
    attributes: (raw) => readAttributes(itemOf(raw)),
    events: (raw) => readAnnotations(itemOf(raw)),
    links: () => NONE,
  }
}

function readAttributes(item: JsonObject): Attributes {
  const tags = isObject(item.tags) ? Object.entries(item.tags) : []
  const texts = tags.map(([key, value]): [string, AttributeValue] => [key, textOrNumber(value) ?? ''])
  const attributes = [...texts, ...remoteAttributes(item)]
  return attributes.length > 0 ? attributes : NONE
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

function readAnnotations(item: JsonObject) {
  if (!Array.isArray(item.annotations) || item.annotations.length === 0) return NONE
  return (item.annotations as unknown[]).filter(isObject).map((annotation) => ({
    name: textOrNumber(annotation.value) ?? '',
    timeNanos: (asInteger(annotation.timestamp) ?? 0n) * 1000n,
    attributes: NONE,
  }))
}
