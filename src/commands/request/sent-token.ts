import type { SentToken } from '../../backends/gateways/gateway.ts'
import { payloadOf } from '../../claims/jwt/jwt.ts'

/** What is known of a token that was sent. `now`: milliseconds since the epoch. */
export function sentToken(token: string, how: Pick<SentToken, 'use' | 'header'>, now: number): SentToken {
  const { aud, groups, exp } = payloadOf(token) ?? {}
  return {
    ...how,
    audiences: textsIn(aud),
    groups: textsIn(groups),
    isExpired: typeof exp === 'number' && exp * 1000 < now,
  }
}

const textsIn = (claim: unknown): string[] =>
  [claim].flat().filter((one): one is string => typeof one === 'string')
