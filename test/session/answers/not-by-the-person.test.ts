import { describe, expect, it } from 'vitest'
import type { Where } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { explainProviderError } from '../../../src/session/answers/provider-errors.ts'

/** Refusals by an administrator's rule, sent where a person could have refused. */

type Asked = readonly [
  provider: 'okta' | 'auth0' | 'entra',
  where: Where,
  error: string,
  description: string,
  personAsked?: boolean | undefined,
]

const explain = ([provider, where, error, error_description, personAsked = true]: Asked) =>
  explainProviderError({ error, error_description, status: 400 }, 'sign in', where, {
    preset: PRESETS[provider],
    metadata: { issuer: 'https://id.example' },
    hintValues: { client: 'cli', scopes: ['openid'] },
    personAsked,
    now: 0,
    intercepted: false,
  })

type Row = [Asked[0], Where, string, string, boolean, RegExp]

const POLICY = 'Policy evaluation failed for this request, please check the policy configurations.'

describe('what an administrator has refused is no refusal by the person: exit 11', () => {
  it.each<Row>([
    ['entra', 'authorization', 'access_denied', 'AADSTS50105: Your administrator …', true, /not assigned/],
    [
      'entra',
      'authorization',
      'access_denied',
      'AADSTS53003: Access has been blocked …',
      true,
      /Conditional/,
    ],
    ['entra', 'device', 'access_denied', 'AADSTS53003: Access has been blocked …', true, /Conditional/],
    ['entra', 'device', 'invalid_grant', 'AADSTS53003: Access has been blocked …', true, /Conditional/],
    ['entra', 'authorization', 'access_denied', "AADSTS500021: Access to 'Acme' …", true, /^The network/],
    [
      'entra',
      'authorization',
      'consent_required',
      'AADSTS90094: Admin consent …',
      true,
      /^Consent is missing/,
    ],
    [
      'entra',
      'authorization',
      'interaction_required',
      'AADSTS65001: The user …',
      true,
      /^Consent is missing/,
    ],
    ['entra', 'device', 'interaction_required', 'AADSTS50097: Device authentication …', true, /./],
    ['entra', 'device', 'interaction_required', 'AADSTS50199: For security reasons …', true, /./],
    [
      'entra',
      'device',
      'interaction_required',
      'AADSTS1: another one',
      true,
      /^Entra wants to see the person/,
    ],
  ])('%s, %s: %s, %s', (provider, where, error, description, asked, hint) => {
    const failure = explain([provider, where, error, description, asked])
    expect(failure).toMatchObject({ code: 'not-allowed', message: 'the provider refused to sign in' })
    expect(failure.hint).toMatch(hint)
    expect(failure.hint).not.toMatch(/The person refused/)
    expect(failure).toMatchObject({ wire: { error, status: 400 } })
  })
})

describe('words without a code choose the advice, and never the exit status', () => {
  it.each<Row>([
    ['okta', 'authorization', 'access_denied', POLICY, true, /^No access policy/],
    ['okta', 'device', 'access_denied', POLICY, true, /^No access policy/],
    [
      'okta',
      'authorization',
      'access_denied',
      'User is not assigned to the client application.',
      true,
      /not assigned/,
    ],
    [
      'okta',
      'authorization',
      'access_denied',
      'The client is inactive.',
      true,
      /^The app cli is deactivated/,
    ],
    [
      'auth0',
      'authorization',
      'access_denied',
      'user auth0|5f is not part of the org_abc123 organization',
      true,
      /^The account is no member of the organization/,
    ],
    ...['access_denied', 'invalid_request'].map(
      (error): Row => [
        'auth0',
        'authorization',
        error,
        'Client "abc" is not authorized to access resource server "api://traces".',
        true,
        /^The application cli may not use this API/,
      ],
    ),
    ['auth0', 'authorization', 'access_denied', 'Service not found: api://x', true, /^The audience is not/],
  ])('%s, %s: %s, %s', (provider, where, error, description, asked, hint) => {
    const failure = explain([provider, where, error, description, asked])
    expect(failure.code).toBe(error === 'access_denied' ? 'declined' : 'provider-failed')
    expect(failure.hint).toMatch(hint)
    expect(failure.hint).not.toMatch(/The person refused/)
  })
})

it.each<[Asked[0], Where, string, string]>([
  [
    'okta',
    'authorization',
    'access_denied',
    'The resource owner or authorization server denied the request.',
  ],
  ['auth0', 'authorization', 'access_denied', 'User did not authorize the request'],
  ['entra', 'authorization', 'access_denied', 'AADSTS65004: User declined to consent to access the app.'],
  ['entra', 'device', 'authorization_declined', 'AADSTS70020: declined'],
])('a refusal by the person stays one: %s, %s: %s, %s', (...asked) => {
  expect(explain(asked)).toMatchObject({ code: 'declined', message: 'the sign-in was declined' })
})

it.each(['650052', '7000112'])('AADSTS%s is no matter of the settings: exit 11', (code) => {
  expect(explain(['entra', 'authorization', 'invalid_client', `AADSTS${code}: …`]).code).toBe('not-allowed')
})

it('where nobody was asked (prompt=none), an error that says so asks for a sign-in', () => {
  const missing = ['entra', 'authorization', 'interaction_required', 'AADSTS65001: …', false] as const
  expect(explain(missing).code).toBe('not-signed-in')
  expect(explain(['entra', 'token', 'interaction_required', 'AADSTS65001: …']).code).toBe('not-signed-in')
})
