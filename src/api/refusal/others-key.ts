import { Failure } from '../../errors.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Challenge } from './challenge.ts'

/** RFC 6750 §3.1: a challenge to a request with a token names an error, or a scope, unless the token is not what was wrong. */
export const isOthersKey = (challenge: Challenge | undefined, token: string | undefined): boolean =>
  token !== undefined &&
  challenge?.error === undefined &&
  challenge?.scope === undefined &&
  /\bkey\b/i.test(challenge?.description ?? '')

/** Failure `not-allowed`: the gateway took the token, and the API behind it did not take the gateway's key. */
export const refusedKey = ({ status }: HttpAnswer, detail: readonly string[], url: URL): Failure =>
  new Failure('not-allowed', `${safeText(url.host)} could not reach the traces (HTTP ${status})`, {
    detail: [...new Set(detail)],
    hint: "Ask whoever runs this gateway. Your token is fine: signing in again won't help.",
  })
