import { payloadOf } from '../../claims/jwt/jwt.ts'
import type { Failure } from '../../errors.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import { isPlain, sameSlot, type Want } from './freshness.ts'

/** The content of a refresh response that openid-client has validated. */
export interface Renewal {
  readonly tokens: readonly StoredToken[]
  readonly refresh?: string
  /** Null: the refresh token has no end; missing: the answer does not say. */
  readonly refreshEndsAt?: SessionBody['refreshEndsAt']
  readonly idToken?: string
  readonly grantedScope?: string
  readonly jwks?: SessionBody['jwks']
  /** Of a provider whose token endpoint has moved. */
  readonly metadata?: SessionBody['metadata']
  readonly skewSeconds: number
  /** The new token violates the policy: the rotated refresh token is stored, the access token is not handed out. */
  readonly refusal?: Failure
  /** The response cannot be used: of it only the rotated refresh token is stored. */
  readonly unusable?: Failure
  /** The new refresh token may be bound to the scope or audience of another token. */
  readonly narrowed?: boolean
}

/** Whether an expected ID token is missing: a refresh response may leave it out (OIDC Core §12.2). */
const lacksIdToken = ({ idToken, unusable }: Renewal, want: Want): boolean =>
  idToken === undefined &&
  unusable === undefined &&
  (isPlain(want) || want.scopes.split(' ').includes('openid'))

/** Claims about one authentication or one token, not about the person (OpenID Connect Core §2, §3.1.3.6). */
const OF_THE_MOMENT = ['nonce', 'at_hash', 'c_hash', 's_hash', 'auth_time', 'acr', 'amr', 'jti', 'sid', 'rat']

/** Whether an ID token lacks claims about the person that the one before has. */
function saysLess(after: string, before: string | undefined): boolean {
  const [then, now] = [payloadOf(before), payloadOf(after)]
  if (!then || !now) return false
  return Object.keys(then).some((name) => !(name in now) && !OF_THE_MOMENT.includes(name))
}

/** The ID token that says who is signed in. One for other scopes or another API may say less. */
function identityAfter(
  { idToken: before, narrowed }: SessionBody,
  { idToken }: Renewal,
  want: Want,
): string | undefined {
  if (idToken === undefined || !isPlain(want)) return before
  return narrowed && saysLess(idToken, before) ? before : idToken
}

/** The session body after a refresh; `sent`: the refresh token that was used. */
export function renewedBody(before: SessionBody, sent: string, renewal: Renewal, want: Want): SessionBody {
  const {
    attempt: _,
    padding: __,
    narrowed: ___,
    tokens: old,
    refresh,
    idTokenAtSignInOnly,
    ...rest
  } = before
  const replaced = (token: StoredToken) => renewal.tokens.some((other) => sameSlot(token, other))
  const rotated = renewal.refresh !== undefined && renewal.refresh !== sent
  const current = rotated ? renewal.refresh : refresh
  const noIdTokens = lacksIdToken(renewal, want) || (idTokenAtSignInOnly && renewal.idToken === undefined)
  const idToken = identityAfter(before, renewal, want)
  return {
    ...rest,
    tokens: renewal.refusal ? [] : [...old.filter((token) => !replaced(token)), ...renewal.tokens],
    ...(current === undefined ? {} : { refresh: current }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(noIdTokens ? { idTokenAtSignInOnly: true } : {}),
    // An ID token that says less shows that the new refresh token is bound to less still.
    ...(renewal.narrowed || (isPlain(want) && renewal.idToken && idToken !== renewal.idToken)
      ? { narrowed: true }
      : {}),
    ...(renewal.grantedScope === undefined ? {} : { grantedScope: renewal.grantedScope }),
    ...(renewal.refreshEndsAt === undefined ? {} : { refreshEndsAt: renewal.refreshEndsAt }),
    ...(renewal.jwks === undefined ? {} : { jwks: renewal.jwks }),
    ...(renewal.metadata === undefined ? {} : { metadata: renewal.metadata }),
    skewSeconds: renewal.skewSeconds,
  }
}
