import { expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { boundToSlot, mayBind, wouldBind } from '../../../src/session/renewal/step.ts'
import { told } from '../../told.ts'

it.each([
  [[], ''],
  [['invalid_scope'], ' (invalid_scope)'],
  [['invalid_scope', 'no such scope'], ' (invalid_scope, no such scope)'],
])('a sign-in that was just bound to less: refused with %j', (detail, why) => {
  expect(told(boundToSlot(new Failure('provider-failed', 'no', { detail })))).toEqual([
    `session-ended: the provider has bound your sign-in to the scope or audience just requested${why}`,
    'When your own token has expired, run: ls-auth login. ls-auth then asks this provider for no other scope or audience.',
  ])
})

it('where it is not known whether it would be', () => {
  expect(told(mayBind())).toEqual([
    'usage: this provider may bind your sign-in to --scope or --audience and stop renewing your own token',
    'To accept that you may have to sign in again, add --narrow.',
  ])
})

it('where it is known that it would be', () => {
  expect(told(wouldBind())).toEqual([
    'not-allowed: this provider would bind your sign-in to --scope or --audience and stop renewing your own token',
    "Put the API's scopes and audience into the profile and sign in. If the provider has changed: ls-auth logout, then ls-auth login.",
  ])
})
