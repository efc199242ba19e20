import { isObject } from '../../json-object.ts'
import { decodeBase64url } from './jwt.ts'

/** A key of a JWKS (RFC 7517 §4). Untrusted: members may be missing or of any type. */
export type Jwk = Readonly<Record<string, unknown>>

/** Public-key signatures only: with `HS*` the provider's public key would serve as the secret (RFC 8725 §2.1). */
export const ALGORITHMS: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
}

/** Least RSA modulus, in bits (RFC 7518 §3.3). */
const MIN_RSA_BITS = 2048

/** The keys of a JWKS document that are objects; `[]` for anything that isn't a JWKS. */
export function keysOf(document: unknown): Jwk[] {
  const keys = isObject(document) ? document.keys : undefined
  return Array.isArray(keys) ? keys.filter((key): key is Jwk => isObject(key)) : []
}

/**
 * Whether a key may verify signatures of this algorithm: right type and curve, and not reserved for another purpose by
 * `use`, `key_ops` or `alg` (RFC 7517 §4.2–4.4).
 */
export function fitsAlgorithm(key: Jwk, algorithm: string): boolean {
  const needs = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined
  if (!needs || key.kty !== needs.kty) return false
  if (needs.crv !== undefined && key.crv !== needs.crv) return false
  if (key.use !== undefined && key.use !== 'sig') return false
  if (key.alg !== undefined && key.alg !== algorithm) return false
  const operations = key.key_ops
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

/** Whether a key with a validity period (`nbf`, `exp`, seconds) is valid now. `now`: milliseconds. */
export function isCurrent(key: Jwk, now: number, leewaySeconds: number): boolean {
  const [from, until] = [key.nbf, key.exp]
  const begun = typeof from !== 'number' || now / 1000 >= from - leewaySeconds
  return begun && (typeof until !== 'number' || now / 1000 < until + leewaySeconds)
}

/**
 * Whether a key may sign for this issuer. One JWKS may serve many tenants and mark each key with its issuer; `{tenantid}`, in
 * that mark or in the issuer of the metadata, stands for the token's own tenant. Without this check another tenant's key could
 * sign for ours.
 */
export function signsFor(key: Jwk, issuer: string | undefined, tenant: unknown): boolean {
  const marked = key.issuer
  if (marked === undefined) return true
  if (typeof marked !== 'string' || issuer === undefined) return false
  const filled = [marked, issuer].map((text) => fillTenant(text, tenant))
  return filled[0] !== undefined && filled[0] === filled[1]
}

const TENANT = '{tenantid}'
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function fillTenant(issuer: string, tenant: unknown): string | undefined {
  if (!issuer.includes(TENANT)) return issuer
  return typeof tenant === 'string' && GUID.test(tenant) ? issuer.replace(TENANT, tenant) : undefined
}

/** Whether an RSA key is too short, or has an exponent of 1, which makes every signature valid. */
export function isWeak(key: Jwk): boolean {
  if (key.kty !== 'RSA') return false
  return bitLength(key.n) < MIN_RSA_BITS || bitLength(key.e) < 2
}

/** The public members of a key only: other members of a JWKS must not influence how the key is used. */
export function publicPart(key: Jwk): Record<string, string> {
  const members = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] }[`${key.kty}`] ?? []
  return Object.fromEntries(['kty', ...members].map((name) => [name, `${key[name]}`]))
}

/** Of an unsigned number in base64url (RFC 7518 §2), which may begin with zeros; 0 for anything else. */
function bitLength(member: unknown): number {
  const bytes = (typeof member === 'string' && decodeBase64url(member)) || Buffer.alloc(0)
  const start = bytes.findIndex((byte) => byte !== 0)
  return start < 0 ? 0 : (bytes.length - start) * 8 + 24 - Math.clz32(bytes[start] as number)
}
