import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { SignedOut } from '../../session/sign-out.ts'
import { wholeDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Invocation } from '../invocation.ts'
import { openRecorder } from '../request/recorder.ts'

/**
 * The result of a sign-out at the provider. `now`: milliseconds since the epoch. `errorFollows`: {@link notRevoked} comes after
 * it, so its hint is not repeated.
 */
export function atProvider(
  { revoked, ended }: Pick<SignedOut, 'revoked' | 'ended'>,
  now: number,
  errorFollows = false,
): string {
  if (revoked instanceof Failure) {
    // No token is left here to try again with.
    const hint = errorFollows || !keepsHint(revoked) ? '' : `. ${safeText(revoked.hint)}`
    return `not revoked: ${safeText(revoked.message)}${hint}`
  }
  if (revoked === 'yes') return 'refresh token revoked'
  if (revoked === 'already-ended') return 'the sign-in had already ended there'
  if (revoked === 'access-only') return 'access token revoked, and no refresh token'
  if (revoked === 'earlier') return 'an earlier sign-out was finished'
  if (revoked === 'no-token') return 'nothing to revoke'
  if (revoked === 'not-asked')
    return 'not asked to revoke (setting revoke): the refresh token was only deleted here'
  if (revoked === 'access-not-offered') return `does not revoke access tokens: ${untilTheyEnd(ended, now)}`
  return 'offers no revocation: the tokens were only deleted here'
}

/** What it may have ended beside the sign-in itself; undefined: nothing. */
export const elsewhere = (
  { revoked }: Pick<SignedOut, 'revoked'>,
  client: Client | undefined,
): string | undefined =>
  revoked === 'yes' && client?.preset.revokesAllOfPerson
    ? `perhaps also signed out: ${client.preset.name} may end all your sign-ins with this client, on every machine`
    : undefined

/** How long access tokens are good that cannot be revoked. */
function untilTheyEnd(ended: SignedOut['ended'], now: number): string {
  const access = (ended?.tokens ?? []).filter(({ use }) => use === 'access')
  const ends = access.map(({ receivedAt, expiresIn }) => receivedAt + expiresIn * 1000)
  const seconds = (Math.max(...ends) - now) / 1000
  return `they expire${seconds > 0 ? `, within ${wholeDuration(seconds)}` : ''}`
}

const toEndIt = (client: Client | undefined): string =>
  client?.preset.noAccountPage
    ? 'It expires there, or whoever runs the provider can end it.'
    : "To end it there too, sign out on the provider's account page."

/** Whether the hint says how it is revoked the next time. */
const keepsHint = ({ code }: Failure): boolean => code === 'settings'

/** Failure, of a sign-out that is done here, where the refresh token may still be good at the provider. Exit 6. */
export function notRevoked(revoked: Failure, client: Client | undefined): Failure {
  const [code, what] =
    revoked.exit === 6
      ? (['provider-failed', 'the provider did not confirm the revocation'] as const)
      : ([revoked.code, 'the refresh token could not be revoked'] as const)
  return new Failure(code, `signed out here, but ${what}`, {
    detail: [safeText(revoked.message)],
    hint: `The refresh token is deleted here. ${keepsHint(revoked) ? revoked.hint : toEndIt(client)}`,
    exit: 6,
  })
}

/** Writes a sign-out into the record, with whose it was. */
export async function recordSignOut(
  invocation: Invocation,
  client: Client,
  { ended }: SignedOut,
): Promise<void> {
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(ended?.idToken)
  await recorder.note('sign-out', ended?.tokens.find(({ use }) => use === 'access')?.value)
}
