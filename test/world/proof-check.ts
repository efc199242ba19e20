import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose'

/** How a gateway judges proofs of keys (DPoP, RFC 9449). */
export interface ProofRules {
  /** `once`: a proof needs the nonce that the gateway gives; `endless`: none is ever the right one. */
  nonce?: 'once' | 'endless'
  /** Seconds by which the clock of the gateway is ahead. */
  clockSkewSeconds?: number
}

/** Why a proof is refused, in the words of RFC 9449. */
export type ProofError = 'invalid_dpop_proof' | 'use_dpop_nonce' | 'invalid_token'

/** Seconds that the time of a proof may differ. */
const WINDOW_SECONDS = 30
const NONCE = 'nonce-of-the-gateway'

/** Checks what RFC 9449 §4.3 lists, each proof once. */
export function proofChecker(rules: () => ProofRules) {
  const seen = new Set<string>()
  return {
    now: () => Date.now() + (rules().clockSkewSeconds ?? 0) * 1000,
    /** The nonce for the next proof. */
    nonce: () =>
      rules().nonce === undefined ? undefined : rules().nonce === 'once' ? NONCE : `n-${seen.size}`,
    async check(
      request: IncomingMessage,
      origin: string,
      token: string,
      claims: JWTPayload,
    ): Promise<ProofError | undefined> {
      const { headers, method, url } = request
      const { clockSkewSeconds = 0, nonce } = rules()
      try {
        const { payload, protectedHeader } = await jwtVerify(String(headers.dpop), EmbeddedJWK, {
          typ: 'dpop+jwt',
          algorithms: ['ES256'],
        })
        const age = Date.now() / 1000 + clockSkewSeconds - Number(payload.iat)
        const isNew = !seen.has(String(payload.jti))
        seen.add(String(payload.jti))
        const fits =
          payload.htm === method &&
          payload.htu === origin + new URL(url ?? '/', origin).pathname &&
          payload.ath === createHash('sha256').update(token).digest('base64url') &&
          Math.abs(age) <= WINDOW_SECONDS &&
          isNew
        if (!fits || protectedHeader.jwk === undefined) return 'invalid_dpop_proof'
        const { jkt } = (claims.cnf ?? {}) as { jkt?: string }
        if (jkt !== (await calculateJwkThumbprint(protectedHeader.jwk))) return 'invalid_token'
        if (nonce === 'endless' || (nonce === 'once' && payload.nonce !== NONCE)) return 'use_dpop_nonce'
        return undefined
      } catch {
        return 'invalid_dpop_proof'
      }
    },
  }
}
