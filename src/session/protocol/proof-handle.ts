import * as oidc from 'openid-client'
import type { ProofKey } from '../../dpop/proof-key.ts'
import type { Clock } from '../../ports/ports.ts'

/**
 * Proofs for the token endpoint (RFC 9449 §5). The library makes them, answers one request for a nonce, and remembers the
 * nonce as long as this handle lives.
 */
export interface ProofHandle {
  options(config: oidc.Configuration): Promise<oidc.DPoPOptions>
  /** The provider's clock minus ours, seconds; a proof that is too old or too new is refused. */
  skewSeconds: number
}

/** The handle of one connection to a provider. */
export function proofHandle(key: ProofKey, clock: Clock, skewSeconds: number): ProofHandle {
  let made: Promise<oidc.DPoPHandle> | undefined
  const handle: ProofHandle = {
    skewSeconds,
    async options(config) {
      made ??= make(config)
      return { DPoP: await made }
    },
  }
  const make = async (config: oidc.Configuration) => {
    // Lazy: most sign-ins have no key.
    const { pairOf } = await import('../../dpop/proof-key.ts')
    return oidc.getDPoPHandle(config, await pairOf(key), {
      [oidc.modifyAssertion]: (_header, payload) => {
        payload.iat = Math.floor(clock.now() / 1000) + handle.skewSeconds
      },
    })
  }
  return handle
}

/** Whether the provider refused a proof that was made by another clock than the answer shows. */
export const isWrongClock = (error: unknown, used: number, seen: number): boolean =>
  (error as { readonly error?: unknown }).error === 'invalid_dpop_proof' && used !== seen
