import { isObject } from '../../json-object.ts'

/**
 * The claims of a JWT, for a log or a hint: they prove nothing. Not by `claims/jwt`, whose strict parser the path of a warm
 * token does not load. Empty for an opaque token.
 */
export function unverifiedClaims(token: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}
