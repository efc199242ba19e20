import { isObject } from '../../json-object.ts'
import { type Attributes, type AttributeValue, NONE } from '../model.ts'

// Reading JSON that was written by somebody else: each function gives `undefined` for what it cannot use.

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

/** An id as lower-case hex padded to `length` digits. Zero is no id. A JSON number is no id: it has lost digits. */
export function hexId(value: unknown, length: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.length === length && isLowerHex(value) && value.charCodeAt(0) !== ZERO) return value
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(value)?.[1]?.toLowerCase()
  if (digits === undefined || /^0+$/.test(digits)) return undefined
  if (digits.length > length) return undefined
  return digits.padStart(length, '0')
}

/**
 * The same, and for a text that is no hex number an id made from it: equal texts give equal ids, so that parents are
 * found. Hand-written and simulated traces have such ids (`A`, `span-1`).
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

/** No program writes longer ids; a longer text is told from others by its beginning and its length. */
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
