import type { Tokens } from '../protocol/tokens.ts'
import type { StoredToken } from '../store/session-file.ts'

/** The tokens of a response for the cache: the access token, and the ID token with its lifetime from `exp`. */
export function storedTokens(tokens: Tokens, slot = { audience: '', scopes: '' }): StoredToken[] {
  const { receivedAt } = tokens
  const stored: StoredToken[] = [
    { use: 'access', ...slot, value: tokens.accessToken, receivedAt, expiresIn: tokens.expiresIn },
  ]
  const { idToken, idClaims } = tokens
  if (idToken !== undefined && typeof idClaims?.exp === 'number' && typeof idClaims.iat === 'number') {
    const expiresIn = idTokenLife(idClaims.iat, idClaims.exp, tokens)
    stored.push({ use: 'id', ...slot, value: idToken, receivedAt, expiresIn })
  }
  return stored
}

/** When the refresh token ends if it is not used, local clock, milliseconds; null: never. Empty: it is not said. */
export function refreshEnd({ refreshExpiresIn, receivedAt }: Tokens): { refreshEndsAt?: number | null } {
  if (refreshExpiresIn === undefined) return {}
  return { refreshEndsAt: refreshExpiresIn === 0 ? null : receivedAt + refreshExpiresIn * 1000 }
}

/**
 * Seconds from its receipt to its end. Some providers send an ID token that they issued a while ago: it ends at its `exp` by
 * the provider's clock. Where that clock is unknown and this one is behind, it still lives no longer than from its `iat` to its
 * `exp`.
 */
function idTokenLife(iat: number, exp: number, { receivedAt, skewSeconds }: Tokens): number {
  const left = Math.floor(exp - receivedAt / 1000 - skewSeconds)
  return Math.max(0, Math.min(exp - iat, left))
}
