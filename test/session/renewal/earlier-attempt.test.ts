import { describe, expect, it } from 'vitest'
import { tokenHash, type Want } from '../../../src/session/renewal/freshness.ts'
import { begin, next } from '../../../src/session/renewal/state-machine.ts'
import type { Effect } from '../../../src/session/renewal/step.ts'
import type { SessionBody } from '../../../src/session/store/session-file.ts'

const NOW = 1_800_000_000_000
const REFRESH = 'the-refresh-token'
const slot = { use: 'access', audience: '', scopes: '' } as const

/** What is done with a token of one hour that is due for renewal, seconds before it expires. */
function whatIsDone(attempt: SessionBody['attempt'], secondsLeft: number, want: Partial<Want> = {}): Effect {
  const token = { ...slot, value: 'old', receivedAt: NOW - (3600 - secondsLeft) * 1000, expiresIn: 3600 }
  const body: SessionBody = {
    tokens: [token],
    skewSeconds: 0,
    signedInAt: NOW,
    ...(attempt === undefined ? {} : { attempt }),
  }
  const session = { body, refresh: REFRESH }
  const [state] = next(begin({ ...slot, ...want })[0], { type: 'read', session }, NOW)
  return next(state, { type: 'read-locked', session }, NOW)[1]
}

/** The provider may have taken this very token already: a second use of it may revoke the session. */
describe('a refresh token whose last use got no answer', () => {
  const ours = { hash: tokenHash(REFRESH), at: NOW - 5_000 }

  it.each([undefined, 'failed', 'perhaps-spent', 'unexplained'] as const)(
    'is not risked while the access token works (%s)',
    (outcome) => {
      const attempt = outcome === undefined ? ours : { ...ours, outcome }
      expect(whatIsDone(attempt, 30)).toMatchObject({ do: 'give', token: { value: 'old' } })
    },
  )

  it('is sent again once the access token has expired', () => {
    expect(whatIsDone(ours, 0)).toMatchObject({ do: 'write', body: { attempt: { at: NOW } } })
  })
})
