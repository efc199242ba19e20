import type { Attributes, AttributeValue, SpanLink } from '../../model.ts'

/** A value as JSON: 64-bit integers beyond 2^53 as decimal strings, bytes as base64, NaN and infinities as their names. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Attributes as a JSON object, in the order of the source. */
export type JsonAttributes = { readonly [key: string]: JsonValue }

/** A link of a span. */
export interface JsonLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: JsonAttributes
}

/** A link as an object. */
export function linkToJson({ traceId, spanId, attributes }: SpanLink): JsonLink {
  return { traceId, spanId, attributes: attributesToJson(attributes) }
}

/** Attributes as an object. `Object.fromEntries` defines own members, so a key `__proto__` stays a key. */
export function attributesToJson(attributes: Attributes): JsonAttributes {
  return Object.fromEntries(attributes.map(([key, value]) => [key, valueToJson(value)]))
}

/** A value as text: strings as they are, all else as JSON. */
export function attributeText(value: AttributeValue): string {
  const json = valueToJson(value)
  return typeof json === 'string' ? json : JSON.stringify(json)
}

/** Recursive over one value's nesting (bounded by the parser that made it), not over spans. */
function valueToJson(value: AttributeValue): JsonValue {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(valueToJson)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, valueToJson(inner as AttributeValue)]),
  )
}
