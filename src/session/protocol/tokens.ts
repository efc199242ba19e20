import { checkAccessTokenHash, checkIdTokenTimes, checkSubject } from '../answers/id-token.ts'
import { checkTokenCharacters, checkTokenType, refreshLifeIn } from '../answers/token-answer.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import { type Exchange, jwksOf, type TokenAnswer } from './exchange.ts'

/** A validated token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface Tokens {
  readonly accessToken: string
  /** Seconds, clamped to a day; 60 when the provider does not say. */
  readonly expiresIn: number
  readonly scope: string | undefined
  readonly refreshToken: string | undefined
  /** Seconds that the refresh token lives without use; 0: without end; undefined: not said. */
  readonly refreshExpiresIn?: number | undefined
  readonly idToken: string | undefined
  readonly idClaims: Readonly<Record<string, unknown>> | undefined
  /** Local clock, milliseconds. */
  readonly receivedAt: number
  readonly skewSeconds: number
  readonly jwks: SessionBody['jwks']
}

/** Upper bound for token lifetimes. */
const DAY_SECONDS = 86_400

/** The tokens of a response that the library has validated, and checks of what it leaves out. */
export function tokensOf(answer: TokenAnswer, exchange: Exchange): Tokens {
  const { clock, preset } = exchange.options
  const receivedAt = clock.now()
  const idClaims = answer.claims() as Record<string, unknown> | undefined
  if (idClaims) {
    checkSubject(idClaims)
    checkIdTokenTimes(idClaims, receivedAt, exchange.skewSeconds, preset.leewaySeconds)
  }
  checkTokenType(answer.token_type, exchange.options.proofKey ? 'dpop' : 'bearer')
  checkTokenCharacters(answer)
  if (answer.id_token !== undefined) checkAccessTokenHash(answer.id_token, answer.access_token)
  const seconds = answer.expires_in ?? 0
  return {
    accessToken: answer.access_token,
    expiresIn: seconds > 0 ? Math.min(seconds, DAY_SECONDS) : 60,
    scope: answer.scope,
    refreshToken: answer.refresh_token,
    refreshExpiresIn: refreshLifeIn(answer),
    idToken: answer.id_token,
    idClaims,
    receivedAt,
    skewSeconds: exchange.skewSeconds,
    jwks: jwksOf(exchange, receivedAt),
  }
}

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
