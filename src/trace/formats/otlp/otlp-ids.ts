import { isLowerHex } from '../foreign-json.ts'

const BASE64_BYTES: Readonly<Record<number, number>> = { 24: 16, 22: 16, 12: 8, 11: 8 }

/**
 * An id of OTLP/JSON as lower-case hex of `length` digits. The specification wants hex; Tempo and other protobuf-JSON
 * writers give base64, told by its length. All zeros (OTLP's "invalid id") and the empty string are no id.
 */
export function otlpId(value: unknown, length: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.length === length && isLowerHex(value) && !isZero(value)) return value
  const hex = value.length === length ? value.toLowerCase() : undefined
  if (hex !== undefined && isHex(hex)) return isZero(hex) ? undefined : hex
  const decoded = fromBase64(value, length) ?? shortHex(value, length)
  return decoded === undefined || isZero(decoded) ? undefined : decoded
}

/** Whether an id is absent (missing, empty or all zeros): tells a root from a parent id that cannot be read. */
export function isBlankId(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'string' && (isZero(value) || (value.charCodeAt(0) === 0x41 && isBase64Zero(value)))
}

function isHex(text: string): boolean {
  return /^[0-9a-f]+$/.test(text)
}

function isZero(text: string): boolean {
  return text.charCodeAt(0) === 0x30 && /^0+$/.test(text)
}

/** Of another length it is an id of hex digits in upper case. */
const isBase64Zero = (text: string): boolean => text.length in BASE64_BYTES && /^A+={0,2}$/.test(text)

function fromBase64(text: string, length: 16 | 32): string | undefined {
  if (BASE64_BYTES[text.length] !== length / 2 || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) return undefined
  // Eleven hex digits without padding are likelier an id that lost its zeros.
  if (!text.endsWith('=') && /^[0-9a-f]+$/i.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length / 2 ? bytes.toString('hex') : undefined
}

/** Hex without its leading zeros; a 64-bit trace id is padded to the 128 bits OTLP has. */
function shortHex(text: string, length: 16 | 32): string | undefined {
  const hex = text.toLowerCase()
  return hex !== '' && hex.length < length && isHex(hex) ? hex.padStart(length, '0') : undefined
}
