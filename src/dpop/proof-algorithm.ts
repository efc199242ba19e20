/** The algorithm of proofs: the one that every server with DPoP knows. */
export const PROOF_ALGORITHM = 'ES256'
