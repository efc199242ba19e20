import { afterEach, describe, expect, it, vi } from 'vitest'
import type { HttpSettings } from '../../../src/ports/http.ts'
import { awsProof } from '../../../src/session/workload/aws-proof.ts'
import { toldBy } from '../../told.ts'
import { client, machine, proofText, type Said } from './machine.ts'

const VARIABLES = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE000000000',
  AWS_SECRET_ACCESS_KEY: 'secret',
}
const STS = 'https://sts.eu-central-1.amazonaws.com/'
const GIVEN: Said = {
  text: JSON.stringify({
    GetWebIdentityTokenResponse: { GetWebIdentityTokenResult: { WebIdentityToken: proofText() } },
  }),
}
const refused = (code: string, status: number): Said => ({
  status,
  text: JSON.stringify({ Error: { Code: code, Message: 'Rate exceeded' } }),
})

describe('an answer of STS that may pass', () => {
  afterEach(() => void vi.restoreAllMocks())
  const asking = (answers: readonly Said[], http?: HttpSettings) =>
    machine({ variables: VARIABLES, answers: { [STS]: answers }, ...(http && { http }) })
  const BUSY: readonly [what: string, said: Said][] = [
    ['Throttling', refused('Throttling', 400)],
    ['ThrottlingException', refused('ThrottlingException', 400)],
    ['RequestLimitExceeded', refused('RequestLimitExceeded', 400)],
    ['HTTP 429', { status: 429, text: '' }],
    ['HTTP 503', { status: 503, text: '' }],
    ['HTTP 500', { status: 500, text: '' }],
  ]

  it.each(BUSY)('is asked again after growing waits, three times at most: %s', async (what, said) => {
    const http = { timeoutMilliseconds: 30_000 } as HttpSettings
    const { ports, asked, slept } = asking([said], http)
    expect((await toldBy(() => awsProof(client({ http }), 'api://traces', ports)))[0]).toBe(
      `no-proof: aws gave no token (${what})`,
    )
    expect(asked).toHaveLength(4)
    expect(slept).toHaveLength(3)
    for (const [i, usual] of [500, 1000, 2000].entries()) {
      expect(slept[i]).toBeGreaterThanOrEqual(usual / 2)
      expect(slept[i]).toBeLessThan(usual * 1.5)
    }
  })

  it.each(BUSY)('is no end where the next one is a token, signed at its own time: %s', async (_, said) => {
    const { ports, asked, slept } = asking([said, said, GIVEN])
    vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const { text } = await awsProof(client(), 'api://traces', ports)
    expect(text).toBe(proofText())
    expect(slept).toEqual([700, 1400])
    const signedAt = asked.map(({ headers }) => headers?.['x-amz-date'])
    expect(signedAt).toEqual(['20270115T080000Z', '20270115T080000Z', '20270115T080002Z'])
  })

  it('also of a token of a minute', async () => {
    const tooLong = refused('SessionDurationEscalationException', 403)
    const { ports, asked } = asking([tooLong, refused('Throttling', 400), tooLong, GIVEN])
    await awsProof(client(), 'api://traces', ports)
    expect(asked.map(({ form }) => form.DurationSeconds)).toEqual(['300', '60', '300', '60'])
  })

  it.each([
    [400, 0, 1],
    [500, 1, 2],
    [1_499, 1, 2],
    [1_500, 2, 3],
    [3_500, 3, 4],
  ])(
    'is the last one where --timeout is over before the next: %i ms',
    async (timeoutMilliseconds, waits, tries) => {
      vi.spyOn(Math, 'random').mockReturnValue(0.5)
      const http = { timeoutMilliseconds } as HttpSettings
      const { ports, asked, slept } = asking([refused('Throttling', 400)], http)
      await toldBy(() => awsProof(client({ http }), 'api://traces', ports))
      expect([slept.length, asked.length]).toEqual([waits, tries])
    },
  )

  it.each([
    [1_000, 3],
    [10_000, 1],
    [-3_600_000, 3],
  ])(
    'has ten seconds where no --timeout is set: each wait moves the clock by %i ms more',
    async (more, waits) => {
      vi.spyOn(Math, 'random').mockReturnValue(0.5)
      const http = { timeoutMilliseconds: undefined } as HttpSettings
      const { ports, slept, clock } = asking([refused('Throttling', 400)], http)
      const { sleep } = ports.clock
      vi.spyOn(ports.clock, 'sleep').mockImplementation(async (milliseconds) => {
        await sleep(milliseconds)
        clock.at += more
      })
      await toldBy(() => awsProof(client({ http }), 'api://traces', ports))
      expect(slept).toHaveLength(waits)
    },
  )

  it.each(['AccessDenied', 'ExpiredTokenException', 'NoThrottling'])('is none: %s', async (code) => {
    const { ports, asked, slept } = asking([refused(code, 400)])
    await toldBy(() => awsProof(client(), 'api://traces', ports))
    expect([slept.length, asked.length]).toEqual([0, 1])
  })
})
