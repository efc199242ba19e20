import type { Client } from '../client.ts'
import { Failure, NetworkFailure } from '../errors.ts'
import type { Provider } from './protocol/provider.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { SessionBody } from './store/session-file.ts'

/** The setting `revoke`: which tokens a provider is asked to revoke (RFC 7009), and in which order. */

export interface Revocable {
  readonly kind: 'refresh' | 'access'
  readonly token: string
}

/** The tokens of a session that are still good for something. */
export function livingTokens(session: Session, now: number): readonly Revocable[] {
  const refresh = refreshTokenOf(session)
  const access = session.body.tokens.filter(
    ({ use, receivedAt, expiresIn }) => use === 'access' && receivedAt + expiresIn * 1000 > now,
  )
  return [...refreshToken(refresh), ...access.map(({ value }) => ({ kind: 'access', token: value }) as const)]
}

/** What of a session holds a refresh token that is not its own, and waits to be revoked. */
export const WAITING = ['superseded', 'foreign'] as const

/** Those refresh tokens. */
export const waitingTokens = (body: SessionBody): readonly Revocable[] =>
  WAITING.flatMap((name) => refreshToken(body[name]))

export const refreshToken = (token: string | undefined): readonly Revocable[] =>
  token === undefined ? [] : [{ kind: 'refresh', token }]

/** Those of them that the setting names, in its order. */
export const wanted = ({ preset }: Client, tokens: readonly Revocable[]): readonly Revocable[] =>
  preset.revoke.flatMap((kind) => tokens.filter((token) => token.kind === kind))

/** The kind that was revoked; `ended`: the token was dead at the provider before. */
export type Revoked = Revocable['kind'] | 'ended'

/**
 * Revokes them one after the other. Gives what became of the refresh token, else of access tokens; undefined: the provider revokes
 * none of them. An access token ends soon by itself, and with its refresh token at most providers: that one of them is not revoked
 * is not told where the refresh token is.
 */
export async function revokeAll(
  provider: Provider,
  tokens: readonly Revocable[],
): Promise<Revoked | undefined> {
  const hasRefresh = tokens.some(({ kind }) => kind === 'refresh')
  const became: { refresh?: Revoked; access?: Revoked } = {}
  let failure: Failure | undefined
  for (const { kind, token } of tokens) {
    try {
      const done = await provider.revoke(token, kind)
      if (done !== false && became[kind] !== kind) became[kind] = done === 'ended' ? done : kind
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (became.refresh !== undefined) return became.refresh
      if (error instanceof NetworkFailure) throw error
      if (kind === 'refresh' || !hasRefresh) failure ??= error
    }
  }
  if (failure) throw failure
  return became.refresh ?? became.access
}
