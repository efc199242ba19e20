/** The Bearer challenge of a 401 or 403 (RFC 6750 §3). */
export interface Challenge {
  readonly error: string | undefined
  readonly description: string | undefined
  readonly scope: string | undefined
}

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
  return { error: parameters.error, description: parameters.error_description, scope: parameters.scope }
}
