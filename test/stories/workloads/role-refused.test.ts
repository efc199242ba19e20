import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SecurityTokenService, startSecurityTokenService } from '../../world/security-token-service.ts'
import { openPlace, type Place } from './place.ts'

/** A program asks for a role of AWS, which takes its token as expired. */

let place: Place
let sts: SecurityTokenService
beforeAll(async () => {
  place = await openPlace()
  sts = await startSecurityTokenService()
  place.world.variables.AWS_ENDPOINT_URL_STS = sts.url
  sts.tamper = () => ({
    status: 400,
    body: JSON.stringify({ Error: { Code: 'ExpiredTokenException', Message: SAID } }),
  })
})
afterAll(() => Promise.all([place.close(), sts.close()]))

const SAID = 'Token expired: current date/time 1 must be before the expiration date/time 0\u001b'
const asks = () => place.type('ls-auth aws-credentials --role-arn arn:aws:iam::123456789012:role/TraceReader')
const asIs = (source: string) =>
  place.profile(`source = "${source}"`, `issuer = "${place.platform.issuer}"\naudience = "sts.amazonaws.com"`)

describe('AWS takes the token of a program as expired: told in its words, and nobody is sent to a login', () => {
  it.each(['file', 'variable'])('one from a %s, for which there is no other', async (kind) => {
    const proof = place.platform.sign('sts.amazonaws.com')
    const source = kind === 'file' ? `file:${await place.file('proof', proof)}` : 'env:PROOF'
    place.world.variables.PROOF = proof
    await asIs(source)
    const before = sts.requests.length
    expect(await asks()).toEqual({
      exit: 3,
      stdout: '',
      stderr: `error: AWS says that the token has expired (ExpiredTokenException)\nhint: Check the clock of this machine: date -u\n  AWS says: ${SAID.slice(0, -1)}\\u{1b}\n`,
    })
    expect(sts.requests).toHaveLength(before + 1)
  })
})
