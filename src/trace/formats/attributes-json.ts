import type { Attributes, AttributeValue, SpanLink } from '../model.ts'

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

/** A value as text: strings unchanged, bytes as base64, all else as JSON, but for the numbers that JSON has not. */
export function attributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? base64(value) : partText(value)
}

/** A value as in a list or a map: a number is without quotes, so that it differs from a text of the same digits. */
function partText(value: AttributeValue): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Uint8Array) return JSON.stringify(base64(value))
  if (Array.isArray(value)) return `[${(value as readonly AttributeValue[]).map(partText).join(',')}]`
  const members = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}:${partText(inner as AttributeValue)}`,
  )
  return `{${members.join(',')}}`
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** Recursive over one value's nesting (bounded by the parser that made it), not over spans. */
function valueToJson(value: AttributeValue): JsonValue {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return base64(value)
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(valueToJson)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, valueToJson(inner as AttributeValue)]),
  )
}
