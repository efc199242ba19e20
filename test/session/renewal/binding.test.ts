import { expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { boundToSlot, mayBind, wouldBind } from '../../../src/session/renewal/binding.ts'
import { told } from '../../told.ts'

it.each([
  [[], ''],
  [['invalid_scope'], ' (invalid_scope)'],
  [['invalid_scope', 'no such scope'], ' (invalid_scope, no such scope)'],
])('a sign-in that was just bound to less: refused with %j', (detail, why) => {
  expect(told(boundToSlot(new Failure('provider-failed', 'no', { detail })))).toEqual([
    `session-ended: the provider has bound your sign-in to the scope or audience just asked for${why}`,
    'When your own token has expired: ls-auth login. After that this provider is asked for no other scope or audience.',
  ])
})

it('where it is not known whether it would be', () => {
  expect(told(mayBind())).toEqual([
    'usage: this provider may bind your sign-in to what --scope or --audience asks for, and renew nothing else',
    'If you accept that you may have to sign in again, add --narrow.',
  ])
})

it('where it is known that it would be', () => {
  expect(told(wouldBind())).toEqual([
    'not-allowed: this provider would bind your sign-in to what --scope or --audience asks for, and renew nothing else',
    'Sign in for what the API needs: scopes and audience of the profile. If the provider has changed: ls-auth logout, then ls-auth login.',
  ])
})
