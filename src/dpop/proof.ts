import { createHash } from 'node:crypto'
import { type CryptoKey, SignJWT } from 'jose'
import { PROOF_ALGORITHM, type ProofKey, publicPart } from './proof-key.ts'

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
