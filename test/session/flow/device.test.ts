import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { Failure, NetworkFailure } from '../../../src/errors.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { ProviderFailure } from '../../../src/session/answers/provider-errors.ts'
import type { Attempt } from '../../../src/session/flow/attempt.ts'
import { throughDevice } from '../../../src/session/flow/device.ts'
import type { DeviceGrant } from '../../../src/session/protocol/provider.ts'
import { toldBy } from '../../told.ts'

/** The device flow: what is shown, how often the provider is asked, and when the wait ends. */

const NOW = 1_800_000_000_000
const ENDPOINT = 'https://idp.example/device'
const GRANT: DeviceGrant = {
  deviceCode: 'dev',
  userCode: 'ABCD-EFGH',
  verificationUri: 'https://idp.example/activate',
  verificationUriComplete: 'https://idp.example/activate?user_code=ABCD',
  expiresInSeconds: 300,
  intervalSeconds: 5,
  verifier: undefined,
}
const answer = (error: string | undefined, status: number | undefined = 400, message = 'm') =>
  new ProviderFailure('provider-failed', message, { error, status })
/** Of something on the way: a page, a redirect. */
const intercepted = (status: number) =>
  new ProviderFailure('provider-failed', `HTTP ${status}`, { error: undefined, status, intercepted: true })
const PENDING = answer('authorization_pending')
const GONE = new NetworkFailure('gone', true)
const DONE = 'tokens'

interface How {
  readonly grant?: Partial<DeviceGrant>
  readonly metadata?: object
  readonly timeoutMilliseconds?: number
  /** How much longer each pause takes than asked for: a laptop that sleeps. */
  readonly oversleeps?: number
  /** Why the tokens are not accepted. */
  readonly rejected?: Error
  readonly preset?: Partial<Preset>
}

/** A sign-in whose polls are answered in turn, the last answer for ever. */
function signIn(answers: readonly unknown[], how: How = {}) {
  const pauses: number[] = []
  const timeouts: number[] = []
  const shown: unknown[] = []
  const asked: unknown[] = []
  const told: string[] = []
  /** What happens, and whether a signal waits for it. */
  const shielded: [string, boolean][] = []
  let isShielded = false
  const left = [...answers]
  let now = NOW
  const attempt = {
    client: {
      preset: { ...PRESETS.generic, scopes: ['openid', 'a'], ...how.preset },
      audience: 'https://api.example',
      http: { timeoutMilliseconds: how.timeoutMilliseconds },
    } as unknown as Client,
    options: {},
    provider: {
      metadata: how.metadata ?? { device_authorization_endpoint: ENDPOINT },
      async startDevice(parameters: unknown) {
        asked.push(parameters)
        return { ...GRANT, ...how.grant }
      },
      async pollDevice(grant: unknown, parameters: unknown, timeout: number) {
        asked.push([grant, parameters])
        timeouts.push(timeout)
        shielded.push(['poll', isShielded])
        const next = left.length > 1 ? left.shift() : left[0]
        if (next instanceof Error) throw next
        return next
      },
    },
    ports: {
      clock: {
        now: () => now,
        async sleep(milliseconds: number) {
          pauses.push(milliseconds / 1000)
          shielded.push(['pause', isShielded])
          if (pauses.length > 200) throw new Error('it waits for ever')
          now += milliseconds + (how.oversleeps ?? 0) * 1000
        },
      },
      signals: {
        beforeEnd() {
          shielded.push(['listen', isShielded])
          return () => shielded.push(['stop', isShielded])
        },
        shield(work: () => Promise<unknown>) {
          isShielded = true
          return work().finally(() => {
            isShielded = false
          })
        },
      },
    },
    dialog: { showDevice: (prompt: unknown) => shown.push(prompt), tell: (line: string) => told.push(line) },
    async accept(tokens: unknown) {
      shielded.push(['accept', isShielded])
      if (how.rejected) throw how.rejected
      return `accepted ${tokens}`
    },
  } as unknown as Attempt<string>
  return { result: () => throughDevice(attempt), pauses, timeouts, shown, asked, told, shielded }
}
const LATE = [
  'timed-out: the code was not confirmed in time',
  'Run ls-auth login --device again for a new code.',
]

describe('what is shown', () => {
  it('is the code, where to type it, and how long it lives', async () => {
    const { result, shown, asked } = signIn([DONE])
    expect(await result()).toBe('accepted tokens')
    const { userCode, verificationUri, verificationUriComplete } = GRANT
    expect(shown).toEqual([{ userCode, verificationUri, verificationUriComplete, expiresInSeconds: 300 }])
    const parameters = { scope: 'openid a', resource: 'https://api.example' }
    expect(asked).toEqual([parameters, [GRANT, parameters]])
  })

  it('is safe for a terminal', async () => {
    const userCode = `\u001b[2J${'x'.repeat(100)}`
    const { result, shown } = signIn([DONE], { grant: { userCode, verificationUriComplete: undefined } })
    await result()
    expect(shown[0]).toMatchObject({
      userCode: `\\u{1b}[2J${'x'.repeat(59)}…`,
      verificationUriComplete: undefined,
    })
  })

  it.each([{ verificationUri: 'http://evil.example/' }, { verificationUriComplete: 'javascript:alert(1)' }])(
    'is no unsafe address: %j',
    async (grant) => {
      const { result, shown } = signIn([DONE], { grant })
      expect((await toldBy(result))[0]).toBe(
        'refused: the provider sent an address ls-auth will not show or open',
      )
      expect(shown).toEqual([])
    },
  )

  it.each([
    [0, 600],
    [-1, 600],
    [Number.NaN, 600],
    [Number.POSITIVE_INFINITY, 600],
    [0.5, 1],
    [899, 899],
    [86_400, 900],
  ])('a code of %d s lives %d s', async (expiresInSeconds, life) => {
    const { result, shown } = signIn([PENDING], { grant: { expiresInSeconds } })
    expect(await toldBy(result)).toEqual(LATE)
    expect(shown[0]).toMatchObject({ expiresInSeconds: life })
  })

  it('is nothing where the provider has no device flow', async () => {
    const { result, asked } = signIn([DONE], { metadata: {} })
    expect(await toldBy(result)).toEqual([
      'cannot-do: this provider offers no device flow',
      'Use: ls-auth login --paste',
    ])
    expect(asked).toEqual([])
  })
})

describe('how often the provider is asked', () => {
  const pausesOf = async (answers: readonly unknown[], grant: Partial<DeviceGrant> = {}) => {
    const { result, pauses } = signIn(answers, { grant })
    await result()
    return pauses
  }

  it.each([
    [5, 5],
    [7, 7],
    [0, 5],
    [Number.NaN, 5],
    [0.1, 1],
    [299, 299],
    [1000, 300],
  ])('every %d s: %d s', async (intervalSeconds, seconds) => {
    const pauses = await pausesOf([PENDING, DONE], { intervalSeconds, expiresInSeconds: 900 })
    expect(pauses).toEqual([seconds, seconds])
  })

  it('less often when it says so, from then on', async () => {
    const tooMany = answer(undefined, 429)
    expect(await pausesOf([PENDING, answer('slow_down'), PENDING, tooMany, PENDING, DONE])).toEqual([
      5, 5, 10, 10, 15, 15,
    ])
  })

  it.each([
    ['no answer', GONE],
    ['HTTP 500', answer(undefined, 500)],
    ['HTTP 503', answer(undefined, 503)],
    ['a page of a captive portal', intercepted(200)],
    ['a redirect to one', intercepted(302)],
    ['a page of a filter', intercepted(403)],
  ])('ever less often while there is none, up to a minute: %s', async (_, gone) => {
    expect(await pausesOf([gone, gone, gone, gone, gone, PENDING, DONE], { expiresInSeconds: 900 })).toEqual([
      5, 10, 20, 40, 60, 60, 5,
    ])
  })

  it('never more often than it has asked for', async () => {
    const slow = { intervalSeconds: 120, expiresInSeconds: 900 }
    expect(await pausesOf([GONE, GONE, DONE], slow)).toEqual([120, 120, 120])
  })
})

describe('the wait ends', () => {
  it('before a poll that would come too late', async () => {
    const { result, pauses, timeouts } = signIn([PENDING], { grant: { expiresInSeconds: 15 } })
    expect(await toldBy(result)).toEqual(LATE)
    expect(pauses).toEqual([5, 5])
    expect(timeouts).toEqual([10_000, 5_000])
  })

  it('when the computer has slept past the end of the code', async () => {
    const { result, timeouts } = signIn([DONE], { oversleeps: 295 })
    expect(await toldBy(result)).toEqual(LATE)
    expect(timeouts).toEqual([])
    const awake = signIn([DONE], { oversleeps: 294.9999 })
    expect(await awake.result()).toBe('accepted tokens')
    expect(awake.timeouts).toEqual([1])
  })

  it.each([404, 405, 410])('when the endpoint is not there, with a page that says so: %i', async (status) => {
    const { result, pauses } = signIn([intercepted(status), DONE])
    expect((await toldBy(result))[0]).toContain(`HTTP ${status}`)
    expect(pauses).toEqual([5])
  })

  it('when the provider says that the code has expired', async () => {
    const { result, pauses } = signIn([PENDING, answer('expired_token')])
    expect(await toldBy(result)).toEqual(LATE)
    expect(pauses).toHaveLength(2)
  })

  it('and tells what came in place of an answer, where that was to the end', async () => {
    const grant = { expiresInSeconds: 30 }
    const { result } = signIn([PENDING, intercepted(403)], { grant })
    expect(await toldBy(result)).toEqual([...LATE, 'the last time: HTTP 403'])
    const before = signIn([intercepted(403), PENDING], { grant })
    expect(await toldBy(before.result)).toEqual(LATE)
  })

  it.each<[string, Error]>([
    ['declined', answer('access_denied')],
    ['refused with a code, whatever the status', answer('server_error', 503)],
    ['refused without one', answer(undefined, 400)],
    ['refused without a status', answer(undefined, undefined)],
    ['an answer that is not believed', new Failure('refused', 'm')],
    ['a bug', new TypeError('m')],
  ])('at once: %s', async (_, error) => {
    const { result, pauses } = signIn([error])
    await expect(result()).rejects.toBe(error)
    expect(pauses).toHaveLength(1)
  })
})

it('a signal waits for a poll and for what becomes of its tokens, not for the person', async () => {
  const { result, shielded } = signIn([PENDING, DONE])
  await result()
  expect(shielded).toEqual([
    ['listen', false],
    ['pause', false],
    ['poll', true],
    ['pause', false],
    ['poll', true],
    ['accept', true],
    ['stop', false],
  ])
})

it('tokens that are not accepted end it, whatever the reason: the code is spent', async () => {
  const { result, timeouts } = signIn([DONE], { rejected: GONE })
  await expect(result()).rejects.toBe(GONE)
  expect(timeouts).toHaveLength(1)
})

describe('the time for one poll', () => {
  it.each([
    [undefined, 30_000],
    [2_000, 2_000],
  ])('is the timeout that the person has set (%s), else half a minute', async (timeoutMilliseconds, time) => {
    const { result, timeouts } = signIn(
      [DONE],
      timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds },
    )
    await result()
    expect(timeouts).toEqual([time])
  })
})

it.each([
  ['none', {}, []],
  ['those that the preset sends through a browser', PRESETS.google, []],
  [
    'others',
    { ...PRESETS.google, chosenParameters: ['hd', 'ui_locales'] },
    ['note: the device flow does not send authorization_parameters: hd, ui_locales'],
  ],
])('authorization parameters of the profile are not sent: %s', async (_, preset, note) => {
  const { result, told } = signIn([DONE], { preset })
  await result()
  expect(told).toEqual(note)
})
