import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose'

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
