import { Failure } from '../../errors.ts'
import type { SignedOut } from '../../session/sign-out.ts'
import { safeText } from '../../text/safe-text.ts'

/** What a sign-out did at the provider. */
export function atProvider(revoked: SignedOut['revoked']): string {
  if (revoked instanceof Failure)
    return `not revoked: ${safeText(revoked.message)}. ${safeText(revoked.hint)}`
  if (revoked === 'yes') return 'refresh token revoked'
  if (revoked === 'earlier') return 'an earlier sign-out was finished'
  if (revoked === 'no-token') return 'nothing to revoke'
  if (revoked === 'not-asked')
    return 'not asked to revoke (revoke = [] in the settings): the refresh token was only deleted here'
  return 'offers no revocation: the refresh token was only deleted here'
}
