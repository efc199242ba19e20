import { makeProofKey, PROOF_ALGORITHM, type ProofKey } from '../dpop/proof-key.ts'
import { Failure } from '../errors.ts'
import type { Metadata } from './documents/metadata.ts'

/**
 * The key that the tokens of a new sign-in will be bound to. Failure `cannot-do`: the provider's metadata exclude proofs by
 * this key. Without metadata about it the provider is asked anyway, and its answer is judged.
 */
export async function newProofKey({
  dpop_signing_alg_values_supported: algorithms,
}: Metadata): Promise<ProofKey> {
  if (Array.isArray(algorithms) && !algorithms.includes(PROOF_ALGORITHM)) {
    throw new Failure(
      'cannot-do',
      `the provider does not accept DPoP proofs signed with ${PROOF_ALGORITHM} (DPoP)`,
      {
        hint: 'Ask whoever runs the identity provider to allow it. To turn DPoP off: ls-auth profile set dpop false',
      },
    )
  }
  return makeProofKey()
}
