import type { Tokens } from '../protocol/tokens.ts'
import type { StoredToken } from '../store/session-file.ts'

/** The tokens of a response as they are cached: the access token, and the ID token with its lifetime from `exp`. */
export function storedTokens(tokens: Tokens, slot = { audience: '', scopes: '' }): StoredToken[] {
  const { receivedAt } = tokens
  const stored: StoredToken[] = [
    { use: 'access', ...slot, value: tokens.accessToken, receivedAt, expiresIn: tokens.expiresIn },
  ]
  const { idToken, idClaims } = tokens
  if (idToken !== undefined && typeof idClaims?.exp === 'number' && typeof idClaims.iat === 'number') {
    stored.push({ use: 'id', ...slot, value: idToken, receivedAt, expiresIn: idClaims.exp - idClaims.iat })
  }
  return stored
}
