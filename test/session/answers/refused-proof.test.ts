import { expect, it } from 'vitest'
import { PRESETS } from '../../../src/providers/presets.ts'
import { explainProviderError } from '../../../src/session/answers/provider-errors.ts'
import { checkTokenType } from '../../../src/session/answers/token-answer.ts'
import { told, toldBy } from '../../told.ts'

/** The proof of a key (DPoP) that a provider refuses: neither the code nor the token was looked at. */

it.each([
  [
    'use_dpop_nonce',
    'the provider asks for another DPoP nonce each time',
    'Try again; if it goes on, tell whoever runs the identity provider.',
  ],
  [
    'invalid_dpop_proof',
    'the provider did not accept the proof of the key (DPoP)',
    'Check the clock of this machine: ls-auth doctor. If it is right, ask whoever runs the identity provider.',
  ],
])('%s', (error, message, hint) => {
  const answer = { error, error_description: 'no', status: 400 }
  const failure = explainProviderError(answer, 'sign you in', 'token', {
    preset: PRESETS.generic,
    metadata: { issuer: 'https://id.example' },
    hintValues: { client: 'cli' },
    personAsked: false,
    now: 0,
    intercepted: false,
    proofSent: true,
  })
  expect(told(failure)).toEqual([`provider-failed: ${message}`, hint, `${error}: no`])
  expect(failure).toMatchObject({ wire: { error, status: 400 } })
})

it.each(['invalid_dpop_proof', 'use_dpop_nonce'])(
  '%s where no proof was sent: the client must use DPoP',
  (error) => {
    const description = 'The DPoP proof JWT header is missing.'
    const answer = { error, error_description: description, status: 400 }
    const failure = explainProviderError(answer, 'sign in', 'authorization', {
      preset: PRESETS.okta,
      metadata: { issuer: 'https://id.example' },
      hintValues: { client: 'cli' },
      personAsked: true,
      now: 0,
      intercepted: false,
      proofSent: false,
    })
    expect(told(failure)).toEqual([
      'settings: the provider wants tokens of this client bound to a key (DPoP), and no key was used',
      'This client must use DPoP: ls-auth login --dpop true',
      `${error}: ${description}`,
    ])
    expect(failure).toMatchObject({ wire: { error, status: 400 } })
  },
)

it('a token that is bound to no key, where one was asked for, is of no use: who can mend it', async () => {
  expect(await toldBy(() => checkTokenType('Bearer', 'dpop'))).toEqual([
    'refused: the provider sent a plain bearer token, although dpop = true asks for one that is bound to a key; nothing was saved',
    'Ask whoever runs the identity provider to switch DPoP on for this client. Without it: ls-auth profile set dpop false',
  ])
})
