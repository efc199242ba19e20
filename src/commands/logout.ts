import { Failure } from '../errors.ts'
import { safeText } from '../safe-text.ts'
import { signOut } from '../session/sign-out.ts'
import { clientOf, globals, type Invocation, loadProfile, printJson, tell } from './invocation.ts'

/** `ls-auth logout`: forget, revoke, and say what became of each half. */
export async function logout(invocation: Invocation): Promise<void> {
  const { settings, profile } = await loadProfile(invocation)
  const result = await signOut(clientOf(profile, settings), invocation.ports, (line) =>
    tell(invocation, line),
  )
  const { revoked, forgotten } = result
  if (globals(invocation).json) {
    await printJson(invocation, {
      was_signed_in: result.wasSignedIn,
      revoked: revoked instanceof Failure ? 'failed' : revoked,
      forgotten: forgotten === true,
    })
  } else if (!result.wasSignedIn && forgotten === true) {
    tell(invocation, `Not signed in to ${safeText(profile.name, 60)}; nothing to do.`)
  } else {
    const here = forgotten === true ? 'forgotten' : `not removed yet: ${forgotten.message}`
    tell(invocation, `Signed out of ${safeText(profile.name, 60)}.`)
    tell(invocation, `  on this machine   ${here}`)
    tell(invocation, `  at the provider   ${provider(revoked)}`)
  }
  // The tombstone stands, so no command finds the session any more; the next one finishes the deletion.
  if (forgotten instanceof Failure) throw forgotten
  if (revoked instanceof Failure && revoked.exit === 6) {
    throw new Failure('provider-failed', 'signed out here, but the provider did not confirm the revocation', {
      detail: [revoked.message],
      hint: 'The refresh token is deleted here. To end it there as well, sign out in the provider’s own account page.',
    })
  }
}

function provider(revoked: Awaited<ReturnType<typeof signOut>>['revoked']): string {
  if (revoked instanceof Failure) return `not revoked: ${safeText(revoked.message)}`
  if (revoked === 'yes') return 'refresh token revoked'
  if (revoked === 'no-token') return 'nothing to revoke'
  return 'offers no revocation: the refresh token was only deleted here'
}
