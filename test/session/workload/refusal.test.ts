import { describe, expect, it } from 'vitest'
import type { Workload } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import { ProviderFailure } from '../../../src/session/answers/provider-errors.ts'
import type { Proof } from '../../../src/session/workload/proof.ts'
import { explainRefusal } from '../../../src/session/workload/workload-token.ts'
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
const NO_LOGIN = 'ls-auth doctor checks each step from the proof to the API.'

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
