import { Failure } from '../../errors.ts'
import { readRateLimit, waitHint } from '../../http-answers/rate-limit.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'
import { theirWords } from './their-words.ts'

/**
 * The Failure `rate-limited` for a 429, with the time to wait where the answer names one. `now`: milliseconds since the
 * epoch; without it, a date counts only beside the server's own `Date`.
 */
export function rateLimited(answer: HttpAnswer, url: URL, now?: number): Failure {
  const said = readRateLimit(answer.headers, now)
  const { limit, remaining } = said
  const budget =
    limit === undefined ? [] : [`limit ${limit}${remaining === undefined ? '' : `, ${remaining} left`}`]
  return new Failure(
    'rate-limited',
    `${safeText(url.host)} limits requests, and the limit is reached (HTTP 429)`,
    {
      detail: [...budget, ...theirWords(answer)],
      hint: waitHint(said),
    },
  )
}

/** The Failure `api-failed` for a status that nothing else is known of. A 503 may name a time to wait (RFC 9110 §10.2.3). */
export function failed(answer: HttpAnswer, url: URL, now?: number): Failure {
  const { retryMilliseconds } = readRateLimit(answer.headers, now)
  return new Failure('api-failed', `${safeText(url.host)} failed (HTTP ${answer.status})`, {
    detail: theirWords(answer),
    hint: retryMilliseconds ? `${waitHint({ retryMilliseconds })} ${ASK}` : undefined,
  })
}

const ASK = 'If it goes on, ask whoever runs the gateway or the trace API.'
