import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProofKey, type ProofKey, publicPart, thumbprintOf } from '../../../src/dpop/proof-key.ts'
import { toldBy } from '../../told.ts'
import { GOOD, METADATA, NOW, providing, REDIRECT, type Said } from './scripted-provider.ts'

/** A provider whose tokens are bound to a key (DPoP, RFC 9449). */

let proofKey: ProofKey
beforeAll(async () => {
  proofKey = await makeProofKey()
})
const BOUND = { ...GOOD, token_type: 'DPoP' }
const KNOWN = { ...METADATA, dpop_signing_alg_values_supported: ['ES256'] }
const DEVICE = { deviceCode: 'd', verifier: undefined } as never

/** Asks this of a provider that answers so; and the proofs that went out. */
async function asking(
  said: Readonly<Record<string, readonly Said[]>>,
  operation: (provider: ReturnType<typeof providing>['provider']) => Promise<unknown>,
  over: Parameters<typeof providing>[1] = {},
) {
  const { provider, asked } = providing(said, { proofKey, ...over })
  const answer = (await operation(provider).catch((error) => error)) as { readonly accessToken?: string }
  const proofs = asked.flatMap(({ headers }) => new Headers(headers).get('dpop') ?? [])
  return { answer, asked, proofs, times: proofs.map((proof) => (decodeJwt(proof).iat ?? 0) - NOW / 1000) }
}

describe('a proof by the key', () => {
  it.each<[string, Parameters<typeof asking>[1]]>([
    ['a renewal', (provider) => provider.refresh('r1', {})],
    ['a poll of the device flow', (provider) => provider.pollDevice(DEVICE, {}, 1000)],
    ['a grant without a person', (provider) => provider.grant('urn:x', {})],
  ])('goes with %s', async (_, operation) => {
    const { answer, proofs } = await asking({ '/token': [BOUND] }, operation)
    expect(answer).toMatchObject({ accessToken: 'new' })
    expect(proofs.map(decodeProtectedHeader)).toEqual([
      { typ: 'dpop+jwt', alg: 'ES256', jwk: publicPart(proofKey) },
    ])
    expect(decodeJwt(proofs[0] ?? '')).toMatchObject({ htm: 'POST', htu: METADATA.token_endpoint })
  })

  it('goes with the code of a sign-in', async () => {
    const { proofs } = await asking({ '/token': [BOUND] }, async (provider) => {
      const { state, ...request } = await provider.authorize({ redirect_uri: REDIRECT })
      return provider.exchangeCode(new URL(`${REDIRECT}?code=c&state=${state}`), { state, ...request })
    })
    expect(proofs).toHaveLength(1)
  })

  it('goes with nothing where the sign-in has no key', async () => {
    const { answer, proofs } = await asking({ '/token': [GOOD] }, (provider) => provider.refresh('r1', {}), {
      proofKey: undefined as never,
    })
    expect([answer.accessToken, proofs]).toEqual(['new', []])
  })
})

describe('a code that is bound to the key (RFC 9449 §10)', () => {
  const binding = async (metadata: object, key: ProofKey | undefined) => {
    const { provider } = providing({}, { metadata: metadata as typeof METADATA, proofKey: key as ProofKey })
    return (await provider.authorize({ scope: 'a' })).url.searchParams.get('dpop_jkt')
  }

  it('where the provider says that it knows DPoP', async () => {
    expect(await binding(KNOWN, proofKey)).toBe(await thumbprintOf(proofKey))
  })

  it('and nowhere else', async () => {
    expect(await binding(METADATA, proofKey)).toBeNull()
    expect(await binding({ ...METADATA, dpop_signing_alg_values_supported: 'ES256' }, proofKey)).toBeNull()
    expect(await binding(KNOWN, undefined)).toBeNull()
  })
})

describe('a proof by a wrong clock', () => {
  const late = (seconds: number): Said => ({
    status: 400,
    body: { error: 'invalid_dpop_proof' },
    date: new Date(NOW + seconds * 1000).toUTCString(),
  })
  const renew: Parameters<typeof asking>[1] = (provider) => provider.refresh('r1', {})

  it('is made again by the clock of the provider, which is kept for the next', async () => {
    const { answer, times } = await asking({ '/token': [late(3600), BOUND, BOUND] }, async (provider) => {
      await provider.refresh('r1', {})
      return provider.refresh('r1', {})
    })
    expect(answer).toMatchObject({ accessToken: 'new' })
    expect(times).toEqual([0, 3600, 3600])
  })

  it('is not made a third time', async () => {
    const { answer, times } = await asking({ '/token': [late(3600), late(3600), BOUND] }, renew)
    expect(answer).toMatchObject({ wire: { error: 'invalid_dpop_proof' } })
    expect(times).toEqual([0, 3600])
  })

  it('is refused at once where the clocks agree', async () => {
    const { answer, times } = await asking({ '/token': [late(0), BOUND] }, renew)
    expect(answer).toMatchObject({ wire: { error: 'invalid_dpop_proof' } })
    expect(times).toEqual([0])
  })

  it('is none of a sign-in without a key', async () => {
    const { answer, asked } = await asking({ '/token': [late(3600), GOOD] }, renew, {
      proofKey: undefined as never,
    })
    expect(answer).toMatchObject({ wire: { error: 'invalid_dpop_proof' } })
    expect(asked).toHaveLength(1)
  })
})

it('a token that is not bound to a key is refused where one was asked for, and the other way round', async () => {
  const grant: Parameters<typeof asking>[1] = (provider) => provider.grant('urn:x', {})
  const unbound = await asking({ '/token': [GOOD] }, grant)
  expect((await toldBy(() => Promise.reject(unbound.answer)))[0]).toMatch(/^refused: .* plain bearer token/)
  const bound = await asking({ '/token': [BOUND] }, grant, { proofKey: undefined as never })
  expect((await toldBy(() => Promise.reject(bound.answer)))[0]).toMatch(/^refused: .*token type/)
})
