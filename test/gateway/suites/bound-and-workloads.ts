import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import {
  makeProof,
  makeProofKey,
  type ProofKey,
  signerOf,
  thumbprintOf,
} from '../../../src/dpop/proof-key.ts'
import { now, TRACE } from './fixture.ts'
import { twoIssuers } from './two-issuers.ts'

/** People with a proof of their key, jobs without one, at one gateway. */
export function boundAndWorkloadSuite(): void {
  const world = twoIssuers({ proofs: true })
  let key: ProofKey
  beforeAll(async () => {
    key = await makeProofKey()
  })
  const cnf = async () => ({ cnf: { jkt: await thumbprintOf(key) } })
  const proofOf = async (token: string) =>
    makeProof(key, await signerOf(key), {
      method: 'GET',
      url: new URL(world.gateway.url + TRACE),
      token,
      nonce: undefined,
      issuedAt: now(),
      id: randomUUID(),
    })
  const send = async (scheme: string, token: string, isProved: boolean) => {
    const headers = {
      authorization: `${scheme} ${token}`,
      ...(isProved && { dpop: await proofOf(token) }),
    }
    return (await world.send(TRACE, { headers })).status
  }

  it('a person with a proof and a job without one read', async () => {
    expect(await send('DPoP', await world.people.mint(await cnf()), true)).toBe(200)
    expect(await send('Bearer', await world.job(), false)).toBe(200)
  })

  it.each([
    ['a person’s bound token as a bearer token', 'Bearer', true, false],
    ['the same beside a proof', 'Bearer', true, true],
    ['a person’s bound token without a proof', 'DPoP', true, false],
    ['a person’s token that is bound to nothing', 'Bearer', false, false],
    ['the same with a proof', 'DPoP', false, true],
  ])('refuses %s', async (_, scheme, isBound, isProved) => {
    for (const claims of [{}, { repository: 'acme/app', ref: 'refs/heads/main', environment: 'prod' }]) {
      const token = await world.people.mint({ ...claims, ...(isBound && (await cnf())) })
      expect(await send(scheme, token, isProved)).toBe(401)
    }
  })

  it('refuses a person’s token that names the issuer of the jobs, and the reverse', async () => {
    for (const iss of [world.workloads.issuer, [world.workloads.issuer]])
      expect(await send('Bearer', await world.people.mint({ ...(await cnf()), iss }), false)).toBe(401)
    const job = await world.job({ ...(await cnf()), iss: world.people.issuer })
    expect(await send('Bearer', job, false)).toBe(401)
    expect(await send('DPoP', job, true)).toBe(401)
  })

  it('judges each on its own, one after the other', async () => {
    const person = await world.people.mint(await cnf())
    const job = await world.job()
    const statuses: number[] = []
    for (const [scheme, token, isProved] of [
      ['Bearer', job, false],
      ['Bearer', person, false],
      ['DPoP', person, true],
      ['Bearer', person, false],
      ['Bearer', job, false],
    ] as const)
      statuses.push(await send(scheme, token, isProved))
    expect(statuses).toEqual([200, 401, 200, 401, 200])
  })
}
