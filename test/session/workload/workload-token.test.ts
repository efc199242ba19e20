import { exportJWK, type GenerateKeyPairResult, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Client, Workload } from '../../../src/client.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { tokenHash } from '../../../src/session/renewal/freshness.ts'
import { type HeldTokens, workloadToken } from '../../../src/session/workload/workload-token.ts'
import { toldBy } from '../../told.ts'
import {
  client,
  DISCOVERY,
  ISSUER,
  METADATA,
  machine,
  NOW,
  OWN,
  proofText,
  type Said,
  source,
  workload,
} from './machine.ts'

/** A program's token: what it is given, what it keeps for its run, and what it is told. */

const RUNNER = 'https://runner.example/token'
const JOB = { ACTIONS_ID_TOKEN_REQUEST_URL: RUNNER, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'passw0rd' }

let keys: GenerateKeyPairResult
let jwks: { keys: object[] }
beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }
})

/** One run of a program, whose requests are answered as said. */
function program(
  over: Partial<Workload>,
  {
    of = {},
    proof = proofText(),
    answers = {},
  }: { of?: Partial<Client>; proof?: string; answers?: Record<string, readonly Said[]> } = {},
) {
  const world = machine({
    variables: { PROOF: proof, ...JOB },
    answers: { [DISCOVERY]: [{ json: METADATA }], [METADATA.jwks_uri]: [{ json: jwks }], ...answers },
  })
  const held: HeldTokens = new Map()
  const get = (want: Partial<Want> = {}, as: Partial<Client> = {}) =>
    workloadToken(client({ ...of, ...as }), workload(over), { ...OWN, ...want }, held, world.ports)
  return { ...world, held, get }
}
const atRunner = (...proofs: readonly string[]) => ({
  [RUNNER]: proofs.map((value): Said => ({ json: { value } })),
})
const github = { source: source('github') }

describe('a proof that is used as it is', () => {
  it('of another issuer is refused', async () => {
    const { get } = program({}, { proof: proofText({ iss: 'https://evil.example' }) })
    expect((await toldBy(get)).slice(0, 1)).toEqual([
      'refused: the issuer in the answer is not the issuer of this profile',
    ])
    expect(await toldBy(get)).toContain('received https://evil.example')
  })
})

describe('what a run holds', () => {
  const rotating = (...proofs: readonly string[]) =>
    program(github, { of: { audience: 'api' }, answers: atRunner(...proofs) })
  const [first, second] = [proofText({ jti: '1' }), proofText({ jti: '2', exp: NOW / 1000 + 900 })]

  it('is used again while it is fresh, then asked for anew', async () => {
    const { get, asked, clock } = rotating(first, second)
    expect((await get()).token.value).toBe(first)
    clock.at = NOW + 269_000
    expect((await get()).token.value).toBe(first)
    expect(asked).toHaveLength(1)
    clock.at = NOW + 271_000
    expect((await get()).token.value).toBe(second)
    expect(asked).toHaveLength(2)
  })

  it('is not what the API has just refused', async () => {
    const { get } = rotating(first, second)
    await get()
    expect((await get({ rejectedHash: tokenHash(first) })).token.value).toBe(second)
  })

  it('is one for each profile, use, API and set of scopes', async () => {
    const { get, held } = program(
      { ...github, grant: 'token-exchange' },
      {
        answers: {
          ...atRunner(first),
          [METADATA.token_endpoint]: [{ json: { access_token: 't', token_type: 'Bearer', expires_in: 600 } }],
        },
      },
    )
    await get()
    await get({ audience: 'https://other.example' })
    await get({ scopes: 'a' })
    await get({}, { profile: 'other' })
    await get()
    expect(held.size).toBe(4)
  })

  it('no failure is held: it is shared by those who wait, and the next one asks again', async () => {
    const { get, asked } = program(github, {
      of: { audience: 'api' },
      answers: { [RUNNER]: [{ status: 503, text: '' }, { json: { value: first } }] },
    })
    const both = await Promise.allSettled([get(), get()])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(asked).toHaveLength(1)
    expect((await get()).token.value).toBe(first)
  })
})

describe('a proof that is exchanged', () => {
  it('is refused: told with what it says', async () => {
    const { get } = program(
      { grant: 'jwt-bearer' },
      { answers: { [METADATA.token_endpoint]: [{ status: 400, json: { error: 'invalid_grant' } }] } },
    )
    expect(await toldBy(get)).toEqual([
      'not-signed-in: the provider refused to give a token',
      'Compare issuer, audience and subject of the proof with those that the provider trusts.',
      'invalid_grant',
      `the proof says iss = ${ISSUER}`,
      'the proof says sub = job',
    ])
  })
})
