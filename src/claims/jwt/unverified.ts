import { isObject } from '../../json-object.ts'

/**
 * The claims of a JWT, for a log, a hint or a comparison: they prove nothing. Without the strict parser of `jwt.ts`, which the
 * path of a warm token does not load. Empty for an opaque token.
 */
export function unverifiedClaims(token: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}
