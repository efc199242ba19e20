import { isObject } from '../../json-object.ts'
import { decodeBase64url, isReadable, type Jwt, readJwt } from './jwt.ts'

/**
 * Why a signature is not verified. Fetching the keys again may help for `unknown-key` (OIDC Core §10.1.1), and for
 * `bad-signature` where a provider replaces a key and keeps its id. With current keys `bad-signature` means that the provider
 * didn't sign the token.
 */
export type SignatureProblem =
  | 'opaque'
  | 'broken'
  | 'algorithm'
  | 'critical-header'
  | 'unknown-key'
  | 'weak-key'
  | 'bad-signature'

/** The result; `kid`: of the key, undefined when it has none. `detail` can hold text from the token. */
export type SignatureAnswer =
  | { readonly verified: true; readonly kid: string | undefined; readonly alg: string }
  | { readonly verified: false; readonly reason: SignatureProblem; readonly detail: string }

/** What decides which keys may be used. */
export interface Verification {
  /** Milliseconds since the epoch, for keys with a validity period. */
  readonly now: number
  /** For keys marked with an issuer: the one expected; by default the token's own `iss`. */
  readonly issuer?: string
}

const KEY_LEEWAY_SECONDS = 60
/** Limit against a hostile JWKS with many matching keys. */
const MAX_TRIES = 16

/**
 * Verifies the signature of a compact JWS with a JWKS document (RFC 7515 §5.2); claims are checked by the
 * policy. Keys come from `keys` alone; `jku`, `x5u`, `x5c` and `jwk` in the header are ignored
 * (RFC 8725 §3.10). The algorithm must be on our allow-list (§3.1). The promise never rejects.
 */
export async function verifySignature(
  token: string,
  keys: unknown,
  how: Verification,
): Promise<SignatureAnswer> {
  const jwt = readJwt(token)
  if (jwt === undefined) return unverified('opaque', 'the token is not a JWT: only its provider can check it')
  if (!isReadable(jwt)) return unverified(jwt.problem === 'encrypted' ? 'opaque' : 'broken', jwt.detail)
  const algorithm = jwt.header.alg
  if (typeof algorithm !== 'string' || !Object.hasOwn(ALGORITHMS, algorithm)) {
    return unverified('algorithm', `signed with ${describeMember(algorithm)}, which is not accepted`)
  }
  // No extensions are supported, so a token with `crit` must be rejected (RFC 7515 §4.1.11).
  if (jwt.header.crit !== undefined)
    return unverified('critical-header', 'the header asks for an unknown extension')
  const fitting = fittingKeys(jwt, algorithm, keysOf(keys), how)
  if (fitting.length === 0)
    return unverified(
      'unknown-key',
      `no key of the provider fits ${algorithm}, kid ${describeMember(jwt.header.kid)}`,
    )
  const strong = fitting.filter((key) => !isWeak(key)).slice(0, MAX_TRIES)
  if (strong.length === 0) return unverified('weak-key', 'the key is unsafe, such as shorter than 2048 bits')
  for (const key of strong) {
    if (await isSignedBy(token, key, algorithm)) return { verified: true, kid: kidOf(key), alg: algorithm }
  }
  return unverified(
    'bad-signature',
    `the signature was not made with the provider's key ${describeMember(jwt.header.kid)}`,
  )
}

/** With a `kid` the keys of that id, without one all keys that may sign this token (not just the first). */
function fittingKeys(jwt: Jwt, algorithm: string, keys: readonly Jwk[], how: Verification): Jwk[] {
  const { kid } = jwt.header
  const issuer = how.issuer ?? (typeof jwt.payload.iss === 'string' ? jwt.payload.iss : undefined)
  return keys.filter(
    (key) =>
      (kid === undefined || key.kid === kid) &&
      fitsAlgorithm(key, algorithm) &&
      isCurrent(key, how.now, KEY_LEEWAY_SECONDS) &&
      signsFor(key, issuer, jwt.payload.tid),
  )
}

async function isSignedBy(token: string, key: Jwk, algorithm: string): Promise<boolean> {
  const { compactVerify, importJWK } = await import('jose')
  try {
    await compactVerify(token, await importJWK(publicPart(key), algorithm), { algorithms: [algorithm] })
    return true
  } catch {
    // The key cannot be imported, or did not sign this token; another one may.
    return false
  }
}

function kidOf(key: Jwk): string | undefined {
  return typeof key.kid === 'string' ? key.kid : undefined
}

function describeMember(value: unknown): string {
  if (value === undefined) return '(none)'
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : 'of a wrong type'
}

function unverified(reason: SignatureProblem, detail: string): SignatureAnswer {
  return { verified: false, reason, detail }
}

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
