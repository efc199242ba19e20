import { isReadable, type Jwt, readJwt } from './jwt.ts'
import {
  ALGORITHMS,
  fitsAlgorithm,
  isCurrent,
  isWeak,
  type Jwk,
  keysOf,
  publicPart,
  signsFor,
} from './signing-key.ts'

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
