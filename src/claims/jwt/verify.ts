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
 * Why a signature does not count. `unknown-key` is the only one where fetching the keys again may help
 * (OIDC Core §10.1.1); `bad-signature` means that the token is not the provider's.
 */
export type SignatureProblem =
  | 'opaque'
  | 'broken'
  | 'algorithm'
  | 'critical-header'
  | 'unknown-key'
  | 'weak-key'
  | 'bad-signature'

/** The outcome; `kid` is the key's own, `undefined` when it has none. `detail` can hold text from the token. */
export type SignatureAnswer =
  | { readonly verified: true; readonly kid: string | undefined; readonly alg: string }
  | { readonly verified: false; readonly reason: SignatureProblem; readonly detail: string }

/** What the keys are judged by. */
export interface Verification {
  /** Milliseconds since the epoch, for keys with a time window of their own. */
  readonly now: number
  /** The issuer the token must come from, for keys marked with one; without it the token's own `iss`. */
  readonly issuer?: string
}

const KEY_LEEWAY_SECONDS = 60
/** A key set can be hostile too: no token is worth more tries than this. */
const MAX_TRIES = 16

/**
 * Checks a compact JWS against a JWKS document (RFC 7515 §5.2), the signature only: claims are the
 * policy's. Keys come from `keys` alone; `jku`, `x5u`, `x5c` and `jwk` in the header are not looked at
 * (RFC 8725 §3.10). The algorithm must be on our list, whatever the token says (§3.1). Never rejects.
 */
export async function verifySignature(
  token: string,
  keys: unknown,
  how: Verification,
): Promise<SignatureAnswer> {
  const jwt = readJwt(token)
  if (jwt === undefined) return no('opaque', 'the token is not a JWT: only its provider can check it')
  if (!isReadable(jwt)) return no(jwt.problem === 'encrypted' ? 'opaque' : 'broken', jwt.detail)
  const algorithm = jwt.header.alg
  if (typeof algorithm !== 'string' || !Object.hasOwn(ALGORITHMS, algorithm)) {
    return no('algorithm', `signed with ${shown(algorithm)}, which is not accepted`)
  }
  // No extension is understood here, and `crit` says not to go on then (RFC 7515 §4.1.11).
  if (jwt.header.crit !== undefined)
    return no('critical-header', 'the header asks for an extension not known here')
  const fitting = fittingKeys(jwt, algorithm, keysOf(keys), how)
  if (fitting.length === 0)
    return no('unknown-key', `no key of the provider fits ${algorithm}, kid ${shown(jwt.header.kid)}`)
  const strong = fitting.filter((key) => !isWeak(key)).slice(0, MAX_TRIES)
  if (strong.length === 0) return no('weak-key', 'the key is shorter than 2048 bits or otherwise unsafe')
  for (const key of strong) {
    if (await opens(token, key, algorithm)) return { verified: true, kid: kidOf(key), alg: algorithm }
  }
  return no('bad-signature', `the signature was not made with the provider's key ${shown(jwt.header.kid)}`)
}

/** With a `kid`, the keys of that name; without one, every key that fits: never just the first. */
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

async function opens(token: string, key: Jwk, algorithm: string): Promise<boolean> {
  const { compactVerify, importJWK } = await import('jose')
  try {
    await compactVerify(token, await importJWK(publicPart(key), algorithm), { algorithms: [algorithm] })
    return true
  } catch {
    // A key that cannot be imported opens nothing; the next one may.
    return false
  }
}

function kidOf(key: Jwk): string | undefined {
  return typeof key.kid === 'string' ? key.kid : undefined
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)'
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : 'of a wrong type'
}

function no(reason: SignatureProblem, detail: string): SignatureAnswer {
  return { verified: false, reason, detail }
}
