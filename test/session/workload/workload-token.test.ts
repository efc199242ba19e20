import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Client, Workload } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
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
const signed = (claims: JWTPayload) =>
  new SignJWT({ iss: ISSUER, sub: 'job', iat: NOW / 1000, exp: NOW / 1000 + 300, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(keys.privateKey)

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
  it('is the token, as long as it lives', async () => {
    const { get, asked } = program({})
    expect(await get()).toEqual({
      token: { ...OWN, value: proofText(), receivedAt: NOW, expiresIn: 300 },
      body: { tokens: [], skewSeconds: 0, signedInAt: NOW },
      proofClaims: { iss: ISSUER, sub: 'job', exp: NOW / 1000 + 300 },
    })
    expect(asked).toEqual([])
  })

  it('lives a minute where it does not say', async () => {
    for (const proof of ['opaque', proofText({ exp: undefined })])
      expect((await program({}, { proof }).get()).token.expiresIn).toBe(60)
    expect((await program({}, { proof: 'opaque' }).get()).proofClaims).toBeUndefined()
  })

  it("lives by the platform's clock", async () => {
    const answers = {
      [RUNNER]: [{ json: { value: proofText() }, date: new Date(NOW + 100_000).toUTCString() }],
    }
    const { token, body } = await program(github, { of: { audience: 'api' }, answers }).get()
    expect([token.expiresIn, body.skewSeconds]).toEqual([200, 100])
  })

  it('that ran out a moment ago counts all the same, since clocks differ', async () => {
    const { token } = await program({}, { proof: proofText({ exp: NOW / 1000 - 30 }) }).get()
    expect(token.expiresIn).toBe(-30)
  })

  it.each<[string, Partial<Want>, Partial<Workload>, Partial<Client>, string]>([
    ['that is asked for', { audience: 'wanted' }, { audience: 'w' }, { audience: 'c' }, 'wanted'],
    ['of the workload', {}, { audience: 'w' }, { audience: 'c' }, 'w'],
    ['of the profile', {}, {}, { audience: 'c' }, 'c'],
  ])('is for the API %s', async (_, want, over, of, audience) => {
    const { get, asked } = program({ ...github, ...over }, { of, answers: atRunner(proofText()) })
    expect((await get(want)).token).toMatchObject({ value: proofText(), audience: want.audience ?? '' })
    expect(asked[0]?.url.searchParams.get('audience')).toBe(audience)
  })

  it('for no API in particular would be for all of them', async () => {
    const { get, asked } = program(github, { answers: atRunner(proofText()) })
    expect(await toldBy(get)).toEqual([
      'settings: profile ci does not say which API the token is for',
      'Name what the gateway expects: ls-auth profile set audience VALUE --profile ci',
    ])
    expect(asked).toEqual([])
  })

  it('has the scopes and the API that it has', async () => {
    const hint = 'Leave the flag out, or set another workload.grant in profile ci.'
    expect(await toldBy(() => program({}).get({ scopes: 'a' }))).toEqual([
      'cannot-do: the token from env:PROOF is used as it is, so its scope cannot be chosen',
      hint,
    ])
    expect(await toldBy(() => program({}).get({ audience: 'api' }))).toEqual([
      'cannot-do: the token from env:PROOF is used as it is, so its audience cannot be chosen',
      hint,
    ])
    const asked = program(github, { of: { audience: 'api' }, answers: atRunner(proofText()) })
    expect((await toldBy(() => asked.get({ scopes: 'a' })))[0]).toContain('its scope cannot be chosen')
  })

  it('of another issuer is refused', async () => {
    const { get } = program({}, { proof: proofText({ iss: 'https://evil.example' }) })
    expect((await toldBy(get)).slice(0, 1)).toEqual([
      'refused: the issuer in the answer is not the issuer of this profile',
    ])
    expect(await toldBy(get)).toContain('received https://evil.example')
  })

  it('is verified and judged by the policy of the profile', async () => {
    const proof = await signed({ aud: 'api' })
    const world = (audience: string, over = {}) =>
      program({}, { proof, of: { expect: { audience: [audience] } }, ...over })
    expect((await world('api').get()).token.value).toBe(proof)
    expect(await toldBy(world('other').get)).toContain('audience: required other, held api')
    // Its keys cannot be fetched: nobody knows whose it is.
    const dead = { answers: { [METADATA.jwks_uri]: [new Failure('network', 'gone')] } }
    expect((await toldBy(world('api', dead).get))[0]).toBe('network: gone')
  })

  it('for another API is not judged by a policy for the own one', async () => {
    const how = { of: { expect: { audience: ['api'] } }, answers: atRunner(proofText({ aud: 'other' })) }
    expect((await program(github, how).get({ audience: 'other' })).token.audience).toBe('other')
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

  it('is shared by those who ask at the same time', async () => {
    const { get, asked, clock } = rotating(first, second)
    const all = await Promise.all([get(), get(), get()])
    expect(all.map(({ token }) => token.value)).toEqual([first, first, first])
    expect(asked).toHaveLength(1)
    clock.at = NOW + 280_000
    const later = await Promise.all([get(), get(), get()])
    expect(later.map(({ token }) => token.value)).toEqual([second, second, second])
    expect(asked).toHaveLength(2)
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

  it('lives as long as is asked for, or is told', async () => {
    const { get } = program({})
    expect((await get({ minTtlSeconds: 300 })).token.expiresIn).toBe(300)
    expect(await toldBy(() => get({ minTtlSeconds: 301 }))).toEqual([
      'usage: a new token lives 5m, less than --min-ttl asks for',
      'Ask for --min-ttl 5m at most.',
    ])
    const dead = program({}, { proof: proofText({ exp: NOW / 1000 - 30 }) })
    expect(await toldBy(() => dead.get({ minTtlSeconds: 10 }))).toEqual([
      'usage: a new token lives 0s, less than --min-ttl asks for',
      'Ask for --min-ttl 0s at most.',
    ])
  })
})

describe('a proof that is exchanged', () => {
  const GOOD = { access_token: 'new', token_type: 'Bearer', expires_in: 600 }
  const exchange = (
    json: object = GOOD,
    {
      of = {},
      over = {},
      proof = proofText(),
    }: { of?: Partial<Client>; over?: Partial<Workload>; proof?: string } = {},
  ) =>
    program(
      { grant: 'token-exchange', ...over },
      { of, proof, answers: { ...atRunner(proof), [METADATA.token_endpoint]: [{ json }] } },
    )

  it('becomes a token of the provider', async () => {
    const { get } = exchange()
    expect(await get()).toEqual({
      token: { ...OWN, value: 'new', receivedAt: NOW, expiresIn: 600 },
      body: {
        tokens: [],
        skewSeconds: 0,
        signedInAt: NOW,
        metadata: { value: METADATA, fetchedAt: NOW },
      },
      proofClaims: { iss: ISSUER, sub: 'job', exp: NOW / 1000 + 300 },
    })
  })

  it('with all that came beside it', async () => {
    const id_token = await signed({ aud: 'cli' })
    const { get } = exchange({ ...GOOD, scope: 'a', id_token })
    expect((await get()).body).toEqual({
      tokens: [],
      skewSeconds: 0,
      signedInAt: NOW,
      metadata: { value: METADATA, fetchedAt: NOW },
      jwks: { value: jwks, fetchedAt: NOW },
      grantedScope: 'a',
      idToken: id_token,
    })
    const id = await get({ use: 'id' })
    // Its own end, and not that of the access token beside it.
    expect(id.token).toMatchObject({ use: 'id', value: id_token, expiresIn: 300 })
  })

  it.each<[string, Partial<Workload>, Partial<Client>, string]>([
    ['the audience of the workload', { audience: 'w' }, { audience: 'c' }, 'w'],
    ['the API of the profile', {}, { audience: 'c' }, 'c'],
    ['the issuer', {}, {}, ISSUER],
  ])('was asked for %s', async (_, over, of, audience) => {
    const { get, asked } = exchange(GOOD, { of, over: { ...github, ...over } })
    await get()
    expect(asked[0]?.url.searchParams.get('audience')).toBe(audience)
  })

  const assertion = { grant: 'client-credentials', clientAuth: 'source_token' } as const
  const own = {
    ...PRESETS.generic,
    scopes: ['a'],
    proofAudiences: [
      { issuer: /other/, audience: 'of another' },
      { issuer: /idp/, audience: 'usual' },
      { issuer: /^/, audience: 'of all' },
    ],
  }
  it.each<[string, Partial<Workload>, Partial<Client>, string]>([
    ['that of its provider', assertion, { audience: 'c', preset: own }, 'usual'],
    ['the audience of the workload', { ...assertion, audience: 'w' }, { preset: own }, 'w'],
    ['the API, where the provider has none', assertion, { audience: 'c' }, 'c'],
    ['the issuer, where none is for it', assertion, { preset: { ...own, proofAudiences: [] } }, ISSUER],
    ['the issuer, where it is exchanged itself', { grant: 'jwt-bearer' }, { preset: own }, ISSUER],
  ])('that is the client assertion was asked for %s', async (_, over, of, audience) => {
    const { get, asked } = exchange(GOOD, { of, over: { ...github, ...over } })
    await get()
    expect(asked[0]?.url.searchParams.get('audience')).toBe(audience)
  })

  it.each([
    ['login.microsoftonline.com', 'api://AzureADTokenExchange'],
    ['login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
    ['login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
  ])('that is a federated credential of Entra at %s is for %s', async (host, audience) => {
    const issuer = `https://${host}/t/v2.0`
    const of = { issuer, audience: 'api://x', preset: PRESETS.entra }
    const { get, asked } = exchange(GOOD, { of, over: { ...github, ...assertion } })
    await get().catch(() => {})
    expect(asked[0]?.url.searchParams.get('audience')).toBe(audience)
  })

  it('is not asked for where the client has credentials of its own', async () => {
    const { get, asked } = exchange(GOOD, { over: { source: source('none'), grant: 'client-credentials' } })
    expect((await get()).proofClaims).toBeUndefined()
    expect(asked.at(-1)?.form).toMatchObject({ grant_type: 'client_credentials' })
  })

  it('may be for other scopes than those of the profile', async () => {
    const { get } = exchange({ ...GOOD, scope: 'c' })
    expect((await get({ scopes: 'c' })).token).toMatchObject({ scopes: 'c', value: 'new' })
    expect((await toldBy(() => exchange({ ...GOOD, scope: 'x' }).get({ scopes: 'c' })))[0]).toBe(
      'not-allowed: the provider sent another token than the one asked for',
    )
  })

  it('brings no ID token for a program, mostly', async () => {
    expect(await toldBy(() => exchange().get({ use: 'id' }))).toEqual([
      'cannot-do: the provider sent no ID token: it gives programs access tokens',
      'Set use_token = "access" in the profile, and leave --id-token out.',
    ])
  })

  it('is judged by the policy of the profile, with the keys and scopes of the answer', async () => {
    const access_token = await signed({ aud: 'api', scope: undefined })
    const judged = (expected: object, over: Partial<Want> = {}) =>
      exchange({ ...GOOD, access_token, scope: 'a' }, { of: { expect: expected } }).get(over)
    expect((await judged({ audience: ['api'], scopes: ['a'], strict: true })).token.value).toBe(access_token)
    expect(await toldBy(() => judged({ audience: ['other'] }))).toContain(
      'audience: required other, held api',
    )
    // One of fewer scopes is for the same API, and is to be as expected but for those.
    expect(await toldBy(() => judged({ audience: ['other'] }, { scopes: 'a' }))).toContain(
      'audience: required other, held api',
    )
    const fewer = { audience: ['api'], scopes: ['a', 'b'] }
    expect((await judged(fewer, { scopes: 'a' })).token.value).toBe(access_token)
    // The policy is not about another API.
    expect((await judged({ audience: ['other'] }, { audience: 'api' })).token.value).toBe(access_token)
  })

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

  it('is not to be had: no hint to sign in', async () => {
    const preset = { ...PRESETS.generic, clientAuth: 'none' as const }
    const { get } = program(
      { grant: 'jwt-bearer' },
      { of: { preset }, answers: { [METADATA.token_endpoint]: [{ status: 503, text: '' }] } },
    )
    expect((await toldBy(get)).join()).not.toContain('login')
  })
})
