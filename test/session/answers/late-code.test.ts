import { expect, it } from 'vitest'
import { PRESETS } from '../../../src/providers/presets.ts'
import { explainProviderError } from '../../../src/session/answers/provider-errors.ts'

it('a code that was not entered in time is told as such, by the answer of the token endpoint', () => {
  const answer = { error: 'expired_token', code: 'OAUTH_RESPONSE_BODY_ERROR', status: 400 }
  const failure = explainProviderError(answer, 'sign you in', 'device', {
    preset: PRESETS.generic,
    metadata: { issuer: 'https://id.example' },
    hintValues: { client: 'cli' },
    personAsked: true,
    now: 0,
    intercepted: false,
  })
  expect(failure.hint).toBe('The code was not entered in time. Run ls-auth login again.')
})
