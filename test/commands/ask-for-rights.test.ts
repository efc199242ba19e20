import { expect, it } from 'vitest'
import type { Finding } from '../../src/claims/finding.ts'
import type { Inspected } from '../../src/claims/inspect.ts'
import { askForRights } from '../../src/commands/identity/check.ts'
import type { Profile } from '../../src/settings/profile.ts'

/** What is said of a check for the group `ops`, whose result is unknown for this reason. */
const said = (reason: string) =>
  askForRights(
    [{ assertion: 'group', verdict: 'unknown', reason, values: { expected: ['ops'] } } as unknown as Finding],
    { identity: { issuer: { value: 'https://id.example' } } } as unknown as Inspected,
    { client: { preset: { scopes: [] } } } as unknown as Profile,
  )

it.each([
  [
    'claim-absent',
    'The token has no claim with groups. Whoever manages id.example can add it to the tokens of this client.',
  ],
  ['unreadable', 'The token has its groups in a shape that ls-auth does not read: a list of names is read.'],
])('groups that are unknown (%s) are asked for as what they are', (reason, text) => {
  expect(said(reason)).toBe(`${text} ls-auth whoami shows all claims.`)
})

it('groups that are elsewhere are not asked for', () => {
  expect(said('overage')).toBeUndefined()
})
