import type { HttpAnswer } from './ports/http.ts'

/** The server's clock minus ours in seconds, by the Date header (RFC 9110 §6.6.1); 0 when it is missing or invalid. */
export function skewOf(answer: Pick<HttpAnswer, 'headers'>, now: number): number {
  const date = Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(date)) return 0
  const skew = Math.round((date - now) / 1000)
  // The Date header has whole seconds, and the response was some time on its way.
  return Math.abs(skew) <= 2 ? 0 : skew
}
