import { Failure } from '../../errors.ts'

/** Warnings about a provider that binds a refresh token to the scope or audience of a renewal (against RFC 6749 §6). */

/** The warning beside the token that did it. `refusal`: how the session's own scopes were refused right after it. */
export function boundToSlot(refusal: Failure): Failure {
  const why = refusal.detail.length === 0 ? '' : ` (${refusal.detail.join(', ')})`
  return new Failure(
    'session-ended',
    `the provider has bound your sign-in to the scope or audience just requested${why}`,
    {
      hint: 'When your own token has expired, run: ls-auth login. ls-auth then asks this provider for no other scope or audience.',
    },
  )
}

/** The refusal where that is not known, and the person has not agreed. */
export const mayBind = (): Failure =>
  new Failure(
    'usage',
    'this provider may bind your sign-in to --scope or --audience and stop renewing your own token',
    { reason: 'may-bind', hint: 'To accept that you may have to sign in again, add --narrow.' },
  )

/** The refusal where that is known. */
export const wouldBind = (): Failure =>
  new Failure(
    'not-allowed',
    'this provider would bind your sign-in to --scope or --audience and stop renewing your own token',
    {
      hint: "Put the API's scopes and audience into the profile and sign in. If the provider has changed: ls-auth logout, then ls-auth login.",
    },
  )

/** The provider refuses the session's own scopes since a token was asked for with others. */
export const narrowedForGood = (detail: readonly string[]): Failure =>
  new Failure(
    'session-ended',
    'your sign-in has ended: the provider only renews the token requested with --scope or --audience',
    { detail },
  )
