import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { expect, it } from 'vitest'
import { makeProofKey } from '../../../src/dpop/proof-key.ts'
import { isWrongClock, proofHandle } from '../../../src/session/protocol/proof-handle.ts'

it('proofs are of the provider’s time, and one handle makes them all', async () => {
  const clock = { now: () => 1_800_000_000_999, sleep: async () => {} }
  const handle = proofHandle(await makeProofKey(), clock, 60)
  const config = new oidc.Configuration({ issuer: 'https://id.example' }, 'cli')
  const { DPoP } = await handle.options(config)
  const issuedAt = async () => {
    const headers = new Headers()
    // The library's own way to the header of a request.
    const made = DPoP as unknown as { addProof(url: URL, headers: Headers, method: string): Promise<void> }
    await made.addProof(new URL('https://id.example/token'), headers, 'POST')
    return decodeJwt(headers.get('dpop') ?? '').iat
  }
  expect(await issuedAt()).toBe(1_800_000_060)
  handle.skewSeconds = -60
  expect(await issuedAt()).toBe(1_799_999_940)
  expect((await handle.options(config)).DPoP).toBe(DPoP)
})

it.each([
  [{ error: 'invalid_dpop_proof' }, 0, 60, true],
  [{ error: 'invalid_dpop_proof' }, 60, 60, false],
  [{ error: 'invalid_grant' }, 0, 60, false],
  [new Error('no'), 0, 60, false],
])(
  '%j: a proof by the clock of %i s, where the provider’s is %i s ahead, is late: %s',
  (error, used, seen, is) => {
    expect(isWrongClock(error, used, seen)).toBe(is)
  },
)
