import { checkAccessTokenHash, checkIdTokenTimes, checkSubject } from '../answers/id-token.ts'
import { checkTokenCharacters, checkTokenType, refreshLifeIn } from '../answers/token-answer.ts'
import type { SessionBody } from '../store/session-file.ts'
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
