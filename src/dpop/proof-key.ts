import { createHash } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'

/**
 * The private key that the tokens of a sign-in are bound to (RFC 9449): on the curve P-256, as a JWK (RFC 7518 §6.2). It is
 * a secret like a refresh token.
 */
export interface ProofKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
}

/** A new key for a new sign-in. */
export async function makeProofKey(): Promise<ProofKey> {
  const { privateKey } = await generateKeyPair(PROOF_ALGORITHM, { extractable: true })
  const { x, y, d } = (await exportJWK(privateKey)) as ProofKey
  return { kty: 'EC', crv: 'P-256', x, y, d }
}

/** What everybody may see of it; each proof carries it. */
export const publicPart = ({ kty, crv, x, y }: ProofKey): Omit<ProofKey, 'd'> => ({ kty, crv, x, y })

/** Its name in a token's claim `cnf.jkt` (RFC 7638, RFC 9449 §6.1). */
export const thumbprintOf = (key: ProofKey): Promise<string> => calculateJwkThumbprint(publicPart(key))

/** What signs with it; cannot be read out again. */
export async function signerOf(key: ProofKey): Promise<CryptoKey> {
  return (await importJWK({ ...key }, PROOF_ALGORITHM, { extractable: false })) as CryptoKey
}

/** The pair, in the form that the OpenID library takes. */
export async function pairOf(
  key: ProofKey,
): Promise<{ readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }> {
  const open = await importJWK(publicPart(key), PROOF_ALGORITHM)
  return { privateKey: await signerOf(key), publicKey: open as CryptoKey }
}

/** The algorithm of proofs: every server with DPoP knows it. */
export const PROOF_ALGORITHM = 'ES256'

/** What a proof is for, and what makes it the only one of its kind. */
export interface ProofContent {
  readonly method: string
  readonly url: URL
  /** The access token that goes with it. */
  readonly token: string
  /** What the server has given for it (RFC 9449 §9). */
  readonly nonce: string | undefined
  /** Seconds, by the clock of the server. */
  readonly issuedAt: number
  /** Unique, and not to be guessed. */
  readonly id: string
}

/** The address of a request as a proof names it: without query and fragment (RFC 9449 §4.2). */
export const proofTarget = (url: URL): string => `${url.origin}${url.pathname}`

/** The value of the `DPoP` header: a JWT for this request and no other (RFC 9449 §4.2). `signer` belongs to `key`. */
export function makeProof(key: ProofKey, signer: CryptoKey, content: ProofContent): Promise<string> {
  const { method, url, token, nonce, issuedAt, id } = content
  const claims = {
    htm: method,
    htu: proofTarget(url),
    ath: createHash('sha256').update(token).digest('base64url'),
    nonce,
  }
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: PROOF_ALGORITHM, jwk: publicPart(key) })
    .setIssuedAt(issuedAt)
    .setJti(id)
    .sign(signer)
}
