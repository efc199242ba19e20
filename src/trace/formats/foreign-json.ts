import { isObject } from '../../json-object.ts'
import { type Attributes, type AttributeValue, NONE } from '../model.ts'

// Reading JSON that was written by somebody else: each function gives `undefined` for what it cannot use.

/** A non-empty string, or a number as text; `undefined` for anything else. */
export function textOrNumber(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** An id as lower-case hex padded to `length` digits. Zero is no id. A JSON number is no id: it has lost digits. */
export function hexId(value: unknown, length: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined
  const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(value)?.[1]?.toLowerCase()
  if (digits === undefined || /^0+$/.test(digits)) return undefined
  if (digits.length > length) return undefined
  return digits.padStart(length, '0')
}

/** The members of a JSON object in their order; empty when it is not one. */
export function asAttributes(value: unknown): Attributes {
  if (!isObject(value)) return NONE
  const entries = Object.entries(value) as [string, AttributeValue][]
  return entries.length > 0 ? entries : NONE
}
