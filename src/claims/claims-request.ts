import { isObject } from '../json-object.ts'
import { parseStrictJson } from './jwt/strict-json.ts'

/** Longest request, in characters as written here: it goes into a URL, and into a command to paste. */
export const MAX_CLAIMS_CHARACTERS = 1500

/** Why a text isn't a request for claims. */
export type ClaimsProblem = 'too long' | 'not a JSON object' | 'not in the form of OpenID Connect Core §5.5'

/**
 * Reads the `claims` parameter of an authentication request (OpenID Connect Core §5.5), which may come from a server.
 * Gives its JSON in printable ASCII without spaces and single quotes, so that a shell takes it as one quoted word. Members
 * are `access_token`, `id_token` and `userinfo`; of each claim, `essential`, `value` and `values`.
 */
export function readClaimsRequest(
  text: string,
): { readonly claims: string } | { readonly problem: ClaimsProblem } {
  if (text.length > 4 * MAX_CLAIMS_CHARACTERS) return { problem: 'too long' }
  const parsed = parseStrictJson(text, MAX_DEPTH)
  if (!('value' in parsed) || !isObject(parsed.value)) return { problem: 'not a JSON object' }
  const members = Object.entries(parsed.value)
  const isRequest = members.length > 0 && members.every(([name, of]) => PLACES.has(name) && asksForClaims(of))
  if (!isRequest) return { problem: 'not in the form of OpenID Connect Core §5.5' }
  const claims = inPlainLetters(JSON.stringify(parsed.value))
  return claims.length > MAX_CLAIMS_CHARACTERS ? { problem: 'too long' } : { claims }
}

/** The place, the claim, its members, its values. */
const MAX_DEPTH = 4
/** Where the claim is to be; the first is not in the standard, and is what APIs ask for. */
const PLACES = new Set(['access_token', 'id_token', 'userinfo'])

const asksForClaims = (of: unknown): boolean =>
  isObject(of) && Object.keys(of).length > 0 && Object.values(of).every(isWanted)

/** `null` asks for a claim without conditions. */
function isWanted(wanted: unknown): boolean {
  if (wanted === null) return true
  return isObject(wanted) && Object.entries(wanted).every(([name, value]) => isMember(name, value))
}

function isMember(name: string, value: unknown): boolean {
  if (name === 'essential') return typeof value === 'boolean'
  if (name === 'value') return isScalar(value)
  return name === 'values' && Array.isArray(value) && value.length > 0 && value.every(isScalar)
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

/** Outside of strings the JSON has none of these characters, and inside each may be written as its number. */
const inPlainLetters = (json: string): string =>
  json.replace(/[^!-~]|'/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
