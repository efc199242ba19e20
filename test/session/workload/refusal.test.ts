import { describe, expect, it } from 'vitest'
import type { Workload } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import { ProviderFailure } from '../../../src/session/answers/provider-errors.ts'
import type { Proof } from '../../../src/session/workload/proof.ts'
import { cannotChoose, explainRefusal } from '../../../src/session/workload/workload-token.ts'
import { told } from '../../told.ts'
import { workload } from './machine.ts'

/** What the provider has refused, in words for whoever runs the program. */

const refusal = (error: string | undefined, status: number | undefined = 400) =>
  new ProviderFailure(
    'provider-failed',
    'the provider refused to give a token',
    { error, status },
    { detail: ['said: no'], hint: 'Run: ls-auth login' },
  )
const explained = (error: unknown, over: Partial<Workload> = {}, proof?: Proof) =>
  told(explainRefusal(error, workload({ grant: 'token-exchange', ...over }), proof))
const PROOF = 'Compare issuer, audience and subject of the proof with those that the provider trusts.'
const NO_LOGIN = 'ls-auth doctor looks at each step from the proof to the API.'

describe('a refusal of the provider', () => {
  it('is told with what the proof says, and never with a login', () => {
    const claims = { iss: 'https://ci.example', aud: ['one', 'two\u001b'], sub: 'job', jti: '1' }
    const error = refusal('invalid_grant')
    expect(explained(error, {}, { value: 'p', claims, skewSeconds: 0 })).toEqual([
      'not-signed-in: the provider refused to give a token',
      PROOF,
      'said: no',
      'the proof says iss = https://ci.example',
      'the proof says aud = one two\\u{1b}',
      'the proof says sub = job',
    ])
    const some = explained(error, {}, { value: 'p', claims: { sub: 's'.repeat(300) }, skewSeconds: 0 })
    expect(some.slice(2)).toEqual(['said: no', `the proof says sub = ${'s'.repeat(199)}…`])
    for (const proof of [undefined, { value: 'p', claims: undefined, skewSeconds: 0 }])
      expect(explained(error, {}, proof).slice(2)).toEqual(['said: no'])
    expect(explainRefusal(error, workload(), undefined)).toMatchObject({ cause: error })
  })

  it.each<[Partial<Workload>, string]>([
    [
      { clientAuth: 'none' },
      'Check client_id, and that the provider lets this client in without a secret (workload.client_auth).',
    ],
    [{ clientAuth: 'client_secret_basic' }, 'Check client_id and the secret in LS_AUTH_CLIENT_SECRET_FILE.'],
    [{ clientAuth: 'client_secret_post' }, 'Check client_id and the secret in LS_AUTH_CLIENT_SECRET_FILE.'],
    [
      { clientAuth: 'private_key_jwt' },
      'Check client_id, and that the provider has the public key of workload.assertion_key under this assertion_key_id.',
    ],
    [
      { clientAuth: 'source_token' },
      'Compare issuer, audience and subject of the proof with those that the provider trusts for this client_id.',
    ],
  ])('of the client: how it authenticates is to be looked at (%j)', (over, hint) => {
    expect(explained(refusal('invalid_client', 401), over)[1]).toBe(hint)
    expect(explained(refusal('unauthorized_client'), over)[1]).toBe(hint)
    // Nothing but the client itself is there to be refused, or its assertion.
    const own = explained(refusal('invalid_grant'), { ...over, grant: 'client-credentials' })
    expect(own[1]).toBe(over.clientAuth === 'source_token' ? PROOF : hint)
    expect(explained(refusal('invalid_grant'), over)[1]).toBe(PROOF)
  })

  it.each([
    [
      'unsupported_grant_type',
      'Allow the grant token-exchange for this client at the provider, or set workload.grant.',
    ],
    [
      'invalid_scope',
      'Compare scopes and audience of the profile with what the provider allows this client.',
    ],
    [
      'invalid_target',
      'Compare scopes and audience of the profile with what the provider allows this client.',
    ],
    ['invalid_request', PROOF],
  ])('of the request: %s', (error, hint) => {
    expect(explained(refusal(error))[1]).toBe(hint)
  })

  it.each<[string | undefined, number | undefined]>([
    [undefined, 401],
    [undefined, 403],
    ['odd', 499],
    ['odd', 200],
    ['odd', undefined],
  ])('is one with code %s and status %s', (error, status) => {
    const failure = explainRefusal(
      new ProviderFailure('provider-failed', 'm', { error, status }),
      workload(),
      undefined,
    )
    expect(failure).toMatchObject({ code: 'not-signed-in' })
  })
})

it.each(['use_dpop_nonce', 'invalid_dpop_proof'])(
  'a key that the provider wants is one of its settings: %s',
  (error) => {
    const claims = { iss: 'https://ci.example', sub: 'job' }
    const failure = new ProviderFailure(
      'settings',
      'm',
      { error, status: 400 },
      { detail: ['said: no'], hint: 'h' },
    )
    expect(explained(failure, {}, { value: 'p', claims, skewSeconds: 0 })).toEqual([
      'settings: m',
      'Tokens of a workload are bound to no key: set at the provider that this client need not use DPoP.',
      'said: no',
    ])
  },
)

describe('what may go well at the next try', () => {
  it.each<[string | undefined, number | undefined]>([
    ['invalid_grant', 500],
    ['invalid_grant', 429],
    ['server_error', 400],
    ['temporarily_unavailable', 400],
    ['slow_down', 400],
    [undefined, 404],
    [undefined, undefined],
  ])('keeps its own code, without a login: code %s, status %s', (error, status) => {
    const failure = new ProviderFailure('provider-failed', 'm', { error, status }, { hint: 'ls-auth login' })
    expect(explained(failure)).toEqual(['provider-failed: m', NO_LOGIN])
  })
})

describe('any other failure', () => {
  it('stays as it is, but for a hint to sign in', () => {
    const network = new Failure('network', 'm', { hint: 'Check the network.' })
    expect(explainRefusal(network, workload(), undefined)).toBe(network)
    expect(explained(new Failure('settings', 'm', { hint: 'Or: ls-auth login --device' }))).toEqual([
      'settings: m',
      NO_LOGIN,
    ])
    const bug = new TypeError('ls-auth login')
    expect(explainRefusal(bug, workload(), undefined)).toBe(bug)
  })
})

it('a part that the source has chosen already: told with the profile', () => {
  expect(told(cannotChoose({ profile: 'ci\u001b' }, 'scope', 'env:PROOF'))).toEqual([
    'cannot-do: the token from env:PROOF is used as it is, so its scope cannot be chosen',
    'Leave the flag out, or set another workload.grant in profile ci\\u{1b}.',
  ])
  expect(told(cannotChoose({ profile: 'x'.repeat(70) }, 'scope', 's'))[1]).toBe(
    `Leave the flag out, or set another workload.grant in profile ${'x'.repeat(59)}….`,
  )
})
