import { expect, it } from 'vitest'
import type { Finding } from '../../src/claims/finding.ts'
import type { Inspected } from '../../src/claims/inspect.ts'
import type { Profile } from '../../src/settings/profile.ts'
import { askForRights } from '../../src/verbs/check-answer.ts'

/** What is said of a check for the group `ops`, whose result is unknown for this reason. */
const said = (reason: string) =>
  askForRights(
    [{ assertion: 'group', verdict: 'unknown', reason, values: { expected: ['ops'] } } as unknown as Finding],
    { identity: { issuer: { value: 'https://id.example' } } } as unknown as Inspected,
    { client: { preset: { scopes: [] } } } as unknown as Profile,
  )

it('groups of which the token says nothing: who can add the claim', () => {
  expect(said('claim-absent')).toBe(
    'The token has no claim with groups. Whoever manages id.example can add it to the tokens of this client. ls-auth whoami shows all claims.',
  )
})
