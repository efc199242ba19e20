import type { HttpAnswer } from '../ports/http.ts'

/**
 * The server's clock minus ours in seconds, by the Date header (RFC 9110 §6.6.1); 0 when it is missing or invalid. A
 * cache keeps the Date of the first answer, and Age (RFC 9111 §5.1) says how many seconds ago that was.
 */
export function skewOf({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number {
  const skew = Math.round((Date.parse(headers.date ?? '') - now) / 1000) + ageIn(headers)
  // The Date header has whole seconds, and the response was some time on its way.
  return Number.isNaN(skew) || Math.abs(skew) <= 2 ? 0 : skew
}

/** Seconds; NaN: a cache has kept the answer, and does not say how long. Of a list the first one counts. */
function ageIn({ age }: HttpAnswer['headers']): number {
  return age === undefined ? 0 : Number(/^\s*(\d+)\s*(?:,|$)/.exec(age)?.[1])
}
