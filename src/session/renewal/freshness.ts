import { createHash } from 'node:crypto'
import type { SessionBody, StoredToken } from '../store/session-file.ts'

/** Staying signed in, the clock: which stored token fits a want, and how long it lives. Pure: `now` is an argument. */

/** The token a command needs. */
export interface Want {
  readonly use: 'access' | 'id'
  readonly audience: string
  readonly scopes: string
  /** The token must live at least this long; undefined: a margin of a tenth of its life, at most 60 s. */
  readonly minTtlSeconds?: number
  /** SHA-256 of a token the API has just refused: it does not count as fresh. */
  readonly rejectedHash?: string
}

/** Names a token without holding it. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** Two tokens for the same purpose: the newer replaces the older. */
export const sameSlot = (a: StoredToken, b: StoredToken): boolean =>
  a.use === b.use && a.audience === b.audience && a.scopes === b.scopes

export const matches = (token: StoredToken, want: Want): boolean =>
  token.use === want.use &&
  token.audience === want.audience &&
  token.scopes === want.scopes &&
  (want.rejectedHash === undefined || tokenHash(token.value) !== want.rejectedHash)

/** Local clock on both sides; a clock that was set back before the receipt makes nothing fresh. */
export function secondsLeft(token: StoredToken, now: number): number {
  if (now < token.receivedAt - 60_000) return 0
  return (token.receivedAt - now) / 1000 + token.expiresIn
}

/** A token with enough life left for the want, so that no renewal is needed. */
export function findFresh(body: SessionBody, want: Want, now: number): StoredToken | undefined {
  return body.tokens.find((token) => {
    const margin = want.minTtlSeconds ?? Math.min(60, token.expiresIn / 10)
    return matches(token, want) && secondsLeft(token, now) > margin
  })
}

/** A token that still works, for when a renewal cannot be had. */
export const findValid = (body: SessionBody, want: Want, now: number): StoredToken | undefined =>
  body.tokens.find((token) => matches(token, want) && secondsLeft(token, now) > 1)
