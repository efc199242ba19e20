import { Failure } from '../../errors.ts'

/**
 * An answer without an ID token (OpenID Connect Core §3.1.3.3). `scopes`: those asked for. Without `openid` none is due,
 * and a sign-in with the browser needs one all the same: Failure `settings`, else `refused`.
 */
export function noIdToken(scopes: readonly string[] | undefined, cause?: unknown): Failure {
  if (scopes === undefined || scopes.includes('openid'))
    return new Failure(
      'refused',
      'the provider sent no ID token, although openid was asked for; nothing was saved',
      { cause },
    )
  return new Failure(
    'settings',
    'the provider sent no ID token, as openid is not among the scopes; nothing was saved',
    { cause, hint: 'A sign-in with the browser needs it: ls-auth login --scope openid' },
  )
}
