import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/client.ts'
import { NetworkFailure } from '../../src/errors.ts'
import { gate } from '../../src/session/policy-gate.ts'
import { told, toldBy } from '../told.ts'
import { idToken, JWKS, METADATA, openMachine } from './signed-in.ts'

/** A new token before the policy of its profile. */

const NOW = 1_800_000_000_000
interface How {
  readonly scope?: string
  readonly skewSeconds?: number
  readonly jwks?: boolean
  readonly metadata?: boolean
  readonly isRenewal?: true
  readonly whenUnreachable?: 'fail' | 'unverified'
  readonly of?: Partial<Client>
  readonly leewaySeconds?: number
  /** The keys cannot be fetched. */
  readonly gone?: boolean
}

function judged(expected: Client['expect'] | undefined, token: string, how: How = {}) {
  const machine = openMachine(
    { expect: expected, ...how.of },
    how.leewaySeconds === undefined ? {} : { leewaySeconds: how.leewaySeconds },
  )
  if (how.gone) machine.answers['/jwks'] = [new NetworkFailure('no keys', true)]
  const answer = {
    tokens: {
      jwks: how.jwks ? { value: JWKS, fetchedAt: NOW } : undefined,
      receivedAt: NOW,
      expiresIn: 600,
      skewSeconds: how.skewSeconds ?? 0,
    },
    scope: how.scope,
    ...(how.isRenewal && { isRenewal: how.isRenewal }),
    ...(how.metadata !== false && { metadata: METADATA as never }),
  }
  const result = () => gate(machine.client, token, answer, how.whenUnreachable, machine.ports)
  return { result, asked: machine.asked }
}

describe('the policy of a profile', () => {
  it('that is met says nothing', async () => {
    const { result, asked } = judged({ audience: ['cli'], strict: true }, await idToken(NOW))
    expect(await result()).toEqual([])
    expect(asked).toEqual(['/jwks'])
  })

  it.each([
    ['none of the names fits', ['dev', { id: 1 }], true],
    ['one of the names fits', ['ops', { id: 1 }], false],
    ['there is no name at all', [{ id: 1 }], false],
  ])('of a list with an item that is no name: %s', async (_, groups, isRefused) => {
    const { result } = judged({ groups: ['ops'] }, await idToken(NOW, { groups }))
    const outcome = await result().then((unknown) => unknown.map(({ assertion }) => assertion), told)
    if (isRefused) expect(outcome).toContain('group: required ops, held dev (unreadable)')
    else expect(outcome).toEqual(groups.includes('ops') ? [] : ['group'])
  })

  it('that is not met says what was required and what is held, line by line', async () => {
    const token = await idToken(NOW, { aud: 'api\u001b', groups: [] })
    const expected = { audience: ['other'], sub: 'eve' }
    expect(await toldBy(judged(expected, token).result)).toEqual([
      "not-allowed: the provider signed you in, but the token does not match this profile's expectations",
      "Ask the provider's administrator for the missing values, or change expect in the profile. Nothing was stored. An earlier sign-in is unchanged.",
      'audience: required other, held api\\u{1b}',
      'subject: required eve, held ada',
    ])
    const long = await toldBy(
      judged({ audience: ['x'.repeat(200)] }, await idToken(NOW, { aud: 'y'.repeat(200) })).result,
    )
    expect(long[2]).toBe(`audience: required ${'x'.repeat(119)}…, held ${'y'.repeat(119)}…`)
    const renewed = { isRenewal: true } as const
    expect((await toldBy(judged(expected, token, renewed).result)).slice(0, 2)).toEqual([
      "not-allowed: the renewed token does not match this profile's expectations",
      "Ask the provider's administrator for the missing values, or change expect in the profile. You stay signed in, and ls-auth does not use that token.",
    ])
    const program = { workload: {} as Client['workload'] }
    expect((await toldBy(judged(expected, token, { of: program }).result))[0]).toBe(
      "not-allowed: the token does not match this profile's expectations",
    )
  })

  it('that cannot be decided is a warning, and a refusal where it is strict', async () => {
    const findings = await judged({ groups: ['ops'] }, 'opaque').result()
    expect(findings.map(({ assertion, verdict }) => [assertion, verdict])).toEqual([['group', 'unknown']])
    const told = await toldBy(judged({ groups: ['ops'], strict: true }, 'opaque').result)
    expect(told[0]).toMatch(/^not-allowed: /)
    expect(told.slice(2)).toContainEqual(expect.stringMatching(/^group: required ops, held .* \(opaque\)$/))
  })

  it('knows the scopes and the end of an opaque token by the answer that brought it', async () => {
    expect(await judged({ scopes: ['a'], minTtlSeconds: 600 }, 'opaque', { scope: 'a' }).result()).toEqual([])
    expect(await toldBy(judged({ minTtlSeconds: 601 }, 'opaque').result)).toContain(
      'time left: required at least 10m 1s, held 10m',
    )
    expect(await judged({ minTtlSeconds: 600 }, 'opaque', { skewSeconds: 1000 }).result()).toEqual([])
  })

  it("is judged by the provider's clock, with the leeway of the provider", async () => {
    const token = await idToken(NOW - 3_600_000)
    expect(await toldBy(judged({}, token).result)).toContainEqual(expect.stringMatching(/^not expired: /))
    expect(await judged({}, token, { skewSeconds: -3600 }).result()).toEqual([])
    const late = await idToken(NOW - 650_000)
    expect(await judged({}, late).result()).toEqual([])
    expect(await toldBy(judged({}, late, { leewaySeconds: 10 }).result)).toContainEqual(
      expect.stringMatching(/^not expired: /),
    )
  })
})

describe('the keys', () => {
  it('of the answer are used', async () => {
    const { result, asked } = judged({ audience: ['cli'] }, await idToken(NOW), { jwks: true })
    expect(await result()).toEqual([])
    expect(asked).toEqual([])
  })

  it('are those of the provider that sent it, whatever issuer it names', async () => {
    const token = await idToken(NOW, { iss: 'https://old.example' })
    expect(await judged({ audience: ['cli'] }, token).result()).toEqual([])
    const foreign = await judged({ audience: ['cli'] }, token, { metadata: false }).result()
    expect(foreign.map(({ assertion }) => assertion)).toContain('signature')
  })

  it('are not to be had: the token is refused, or passes unverified', async () => {
    const token = await idToken(NOW)
    const expected = { audience: ['cli'] }
    expect((await toldBy(judged(expected, token, { gone: true }).result))[0]).toBe('network: no keys')
    expect((await toldBy(judged(expected, token, { gone: true, whenUnreachable: 'fail' }).result))[0]).toBe(
      'network: no keys',
    )
    const findings = await judged(expected, token, { gone: true, whenUnreachable: 'unverified' }).result()
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.every(({ verdict }) => verdict === 'unknown')).toBe(true)
  })
})
