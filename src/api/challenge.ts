/** The Bearer challenge of a 401 or 403 (RFC 6750 §3). */
export interface Challenge {
  readonly error: string | undefined
  readonly description: string | undefined
  readonly scope: string | undefined
  /** Step-up (RFC 9470 §3): how the person must have signed in, and how long ago at most, in seconds. */
  readonly acrValues: string | undefined
  readonly maxAgeSeconds: number | undefined
}

/** The error of a step-up challenge (RFC 9470 §3): only a new sign-in mends it, no other token of this one. */
export const STEP_UP = 'insufficient_user_authentication'

/** Parses the first Bearer challenge of a WWW-Authenticate header, also with unquoted values. Text is not sanitized. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const start = header?.search(/(^|,\s*)bearer(\s|$)/i) ?? -1
  if (header === undefined || start < 0) return undefined
  const parameters: Record<string, string> = Object.create(null)
  for (const [, name, quoted, bare] of header
    .slice(start)
    .matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    parameters[(name as string).toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? bare ?? ''
  }
  const { error, error_description: description, scope, acr_values: acrValues, max_age: age } = parameters
  const maxAgeSeconds = /^\d{1,9}$/.test(age ?? '') ? Number(age) : undefined
  return { error, description, scope, acrValues, maxAgeSeconds }
}
