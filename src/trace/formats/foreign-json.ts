import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { type Attributes, type AttributeValue, NONE, type Scope } from '../model.ts'

// Reading JSON that was written by another person: each function gives `undefined` for what it cannot use.

/** A non-empty string, or a number as text; `undefined` for anything else. */
export function textOrNumber(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

const ZERO = 0x30

/** Most ids are, with three in every span: this loop is three times as fast as a regular expression. */
export function isLowerHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!(code >= ZERO && code <= 0x39) && !(code >= 0x61 && code <= 0x66)) return false
  }
  return true
}

/** An id as lower-case hex padded to `length` digits. Zero isn't an id. A JSON number isn't an id: it has lost digits. */
export function hexId(value: unknown, length: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.length === length && isLowerHex(value) && value.charCodeAt(0) !== ZERO) return value
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(value)?.[1]?.toLowerCase()
  if (digits === undefined || /^0+$/.test(digits)) return undefined
  if (digits.length > length) return undefined
  return digits.padStart(length, '0')
}

/**
 * The same, and an id made from a text that isn't a hex number: equal texts give equal ids, so that parents are found.
 * Hand-written and simulated traces have ids like `A` or `span-1`.
 */
export function hexOrMadeId(value: unknown, length: 16 | 32): string | undefined {
  const hex = hexId(value, length)
  if (hex !== undefined || !isMadeId(value, length)) return hex
  const low = fnv1a(value as string)
  return length === 16 ? low : fnv1a(`${low}${value as string}`) + low
}

/** Whether {@link hexOrMadeId} has to make an id: a text that is neither hex of this length nor zeros nor empty. */
export function isMadeId(value: unknown, length: 16 | 32): boolean {
  return typeof value === 'string' && hexId(value, length) === undefined && !/^(?:0x)?0*$/i.test(value)
}

/** No program writes longer ids; a longer text is identified by its beginning and its length. */
const LONGEST_ID = 256

/** FNV-1a of 64 bits over UTF-16 units, as 16 hex digits that are not all zero. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n ^ BigInt(text.length)
  for (let i = 0; i < Math.min(text.length, LONGEST_ID); i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n)
  }
  return (hash || 1n).toString(16).padStart(16, '0')
}

/** The members of a JSON object in their order; empty when it is not one. */
export function asAttributes(value: unknown): Attributes {
  if (!isObject(value)) return NONE
  const entries = Object.entries(value) as [string, AttributeValue][]
  return entries.length > 0 ? entries : NONE
}

const READABLE = 'ls-auth reads OTLP (JSON, NDJSON, protobuf), Jaeger, Zipkin v2, Lightstep and -o json.'

/**
 * Failure `api-failed` for bytes that aren't a trace. The message is the reason alone (`it is empty`); the caller knows
 * where the bytes came from and adds that.
 */
export const noTrace = (why: string, hint = READABLE): Failure =>
  new Failure('api-failed', why, { reason: 'no-trace', hint })

/** Failure `api-failed` for a trace of which a part cannot be read. */
export const damagedTrace = (what: string, cause?: unknown): Failure =>
  new Failure('api-failed', what, { reason: 'damaged-trace', ...(cause !== undefined && { cause }) })

/**
 * A whole number given as a JSON number, as decimal text or already read; `undefined` for anything else. Fractions of a unit are
 * rounded (some Zipkin senders write them).
 */
export function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.round(value)) : undefined
  if (typeof value !== 'string') return undefined
  if (/^[+-]?\d{1,40}$/.test(value)) return BigInt(value.startsWith('+') ? value.slice(1) : value)
  return value !== '' && value.length < 40 ? asInteger(Number(value)) : undefined
}

/**
 * How many a server says there are; what it leaves out is 0, as in all JSON of protobuf. Undefined: that isn't a number of
 * anything (`"zz"`, 1.5, -1), so it is not known.
 */
export function asCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? 0)
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined
}

/** A 64-bit integer as an attribute value: a number where it can be one without loss. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * Makes integers of 16 and more digits in a JSON text into strings of the same digits, outside of strings. Readers of our
 * formats take both, and `JSON.parse` would round them (Node 20 has no access to the source text of a number). `json` must be
 * JSON: quotes that do not close take a square of time.
 */
export function quoteLongIntegers(json: string): string {
  return json.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
  )
}

/** Scopes by their name and version: one object for all spans of a library. */
export class Scopes {
  readonly #scopes = new Map<string, Map<string | undefined, Scope>>()

  /** The scope of this name; `undefined` without a name. */
  read(name: string | undefined, version: string | undefined): Scope | undefined {
    if (name === undefined) return undefined
    const versions = this.#scopes.get(name) ?? new Map<string | undefined, Scope>()
    this.#scopes.set(name, versions)
    const scope = versions.get(version) ?? {
      name,
      ...(version !== undefined && { version }),
      attributes: NONE,
    }
    versions.set(version, scope)
    return scope
  }
}
