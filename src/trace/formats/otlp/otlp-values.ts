import { isObject } from '../../../json-object.ts'
import {
  type Attributes,
  type AttributeValue,
  NONE,
  type SpanKind,
  type SpanLink,
  type SpanStatus,
} from '../../model.ts'
import { asInteger, damagedTrace, narrow } from '../foreign-json.ts'

/** Nesting limit: values are read recursively (protobuf's own limit is the same). */
export const MOST_NESTED = 100

/** A `KeyValue` list of OTLP/JSON. Entries without a key are left out. */
export function readKeyValues(value: unknown, depth = 0): Attributes {
  if (!Array.isArray(value) || value.length === 0) return NONE
  const attributes: [string, AttributeValue][] = []
  for (const entry of value as unknown[]) {
    if (isObject(entry) && typeof entry.key === 'string')
      attributes.push([entry.key, readAnyValue(entry.value, depth)])
  }
  return attributes.length > 0 ? attributes : NONE
}

/**
 * An `AnyValue`; `null` when it is empty or of an unknown kind. An integer that cannot be read as one, as of 41 digits, stays
 * the text that it is. Failure `api-failed` when nested too deep.
 */
function readAnyValue(value: unknown, depth: number): AttributeValue {
  if (depth > MOST_NESTED) throw damagedTrace('it holds an attribute nested too deep')
  if (!isObject(value)) return null
  if (typeof value.stringValue === 'string') return value.stringValue
  if (typeof value.boolValue === 'boolean') return value.boolValue
  if (value.intValue !== undefined) {
    const integer = asInteger(value.intValue)
    if (integer !== undefined) return narrow(integer)
    return typeof value.intValue === 'string' ? value.intValue : null
  }
  if (value.doubleValue !== undefined) return asDouble(value.doubleValue)
  if (isObject(value.arrayValue)) {
    const { values } = value.arrayValue
    return Array.isArray(values) ? (values as unknown[]).map((item) => readAnyValue(item, depth + 1)) : []
  }
  if (isObject(value.kvlistValue)) {
    return Object.fromEntries(readKeyValues(value.kvlistValue.values, depth + 1))
  }
  if (typeof value.bytesValue === 'string') return new Uint8Array(Buffer.from(value.bytesValue, 'base64'))
  return null
}

/** ProtoJSON writes NaN and the infinities as strings; and takes any number as one. */
function asDouble(value: unknown): AttributeValue {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return null
  const number = Number(value)
  return Number.isNaN(number) && value !== 'NaN' ? null : number
}

/** Attributes as OTLP/JSON `KeyValue`s. */
export function writeKeyValues(attributes: Attributes): unknown[] {
  return attributes.map(([key, value]) => ({ key, value: writeAnyValue(value) }))
}

/**
 * A value as OTLP/JSON `AnyValue`: integers within 64 bits as `intValue`, other numbers as `doubleValue`, an integer
 * beyond 64 bits (no OTLP type holds it) as text.
 */
function writeAnyValue(value: AttributeValue): unknown {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') {
    return BigInt.asIntN(64, value) === value ? { intValue: String(value) } : { stringValue: String(value) }
  }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) }
    if (Object.is(value, -0)) return { doubleValue: '-0' }
    return { doubleValue: Number.isFinite(value) ? value : String(value) }
  }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) {
    return { arrayValue: { values: (value as readonly AttributeValue[]).map(writeAnyValue) } }
  }
  return { kvlistValue: { values: writeKeyValues(Object.entries(value)) } }
}

/** OTLP `Span.SpanKind` by its number. */
export const OTLP_KINDS: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]

/** OTLP `Status.StatusCode` by its number. */
export const OTLP_STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error']

/** A number, its digits, `SPAN_KIND_CLIENT` (Tempo, ProtoJSON) or `client`. */
export function readOtlpKind(value: unknown): SpanKind {
  return readEnum(value, OTLP_KINDS, 'span_kind_') ?? 'unspecified'
}

export interface OtlpStatus {
  readonly status: SpanStatus
  readonly statusMessage?: string
}

/** A `Status` object; its code in any of the forms of {@link readOtlpKind}. */
export function readOtlpStatus(value: unknown): OtlpStatus {
  if (!isObject(value)) return { status: 'unset' }
  const status = readEnum(value.code, OTLP_STATUSES, 'status_code_') ?? 'unset'
  const { message } = value
  return typeof message === 'string' && message !== '' ? { status, statusMessage: message } : { status }
}

function readEnum<Name extends string>(
  value: unknown,
  names: readonly Name[],
  prefix: string,
): Name | undefined {
  if (typeof value === 'number') return names[value]
  if (typeof value !== 'string') return undefined
  if (/^\d$/.test(value)) return names[Number(value)]
  const word = value.toLowerCase()
  return names.find((name) => name === word || prefix + name === word)
}

/** A value as JSON: 64-bit integers beyond 2^53 as decimal strings, bytes as base64, NaN and infinities as their names. */
type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Attributes as a JSON object, in the order of the source. */
type JsonAttributes = { readonly [key: string]: JsonValue }

export function linkToJson({ traceId, spanId, attributes }: SpanLink) {
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
