import { afterEach, describe, expect, it, vi } from 'vitest'
import { NetworkFailure } from '../../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { renew } from '../../../src/session/renewal/refresh.ts'
import type { SessionBody } from '../../../src/session/store/session-file.ts'
import {
  body,
  client,
  GOOD,
  NOW,
  OTHER,
  OWN,
  REFRESH,
  refreshed,
  refusal,
  signed,
  unreachable,
} from './token-endpoint.ts'

/** What an answer to a renewal means for the session, and what stays a bug. */

describe('a refresh token that is bound to less', () => {
  it('is none where the answer brings no other one', async () => {
    const { event } = await refreshed([{ ...GOOD, scope: 'a' }], { want: OTHER })
    expect(event).toMatchObject({ type: 'answered' })
    expect(event).not.toHaveProperty('renewal.narrowed')
  })

  it('is none where the answer of a whole session is not believed', async () => {
    const wrong = { ...GOOD, refresh_token: 'refresh-2', id_token: await signed({ aud: 'somebody-else' }) }
    expect((await refreshed([wrong])).event).toMatchObject({ renewal: { refresh: 'refresh-2' } })
    expect((await refreshed([wrong])).event).not.toHaveProperty('renewal.narrowed')
    const session = body({ narrowed: true })
    expect((await refreshed([wrong], { session })).event).toMatchObject({ renewal: { narrowed: true } })
  })
})

it('an ID token that names another API beside the client is good where that API was asked for', async () => {
  const idToken = await signed({ aud: ['cli', 'api'], azp: 'cli' })
  const { event } = await refreshed([{ ...GOOD, id_token: idToken }], {
    want: { ...OWN, audience: 'api' },
    session: body({ idToken: await signed({}) }),
  })
  expect(event).toMatchObject({ type: 'answered', renewal: { idToken } })
})

describe('a refusal', () => {
  it('by a code counts with any status', async () => {
    expect((await refreshed([refusal(404, 'invalid_grant')])).event.type).toBe('refused')
  })

  it('for too many requests is told with what the provider said', async () => {
    const { event } = await refreshed([refusal(429, 'slow_down')])
    expect(event).toMatchObject({ failure: { code: 'rate-limited', detail: ['slow_down'] } })
  })
})

describe('the pauses before a request that was not sent goes out again', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    [0, [125, 375]],
    [0.5, [250, 750]],
    [0.75, [312.5, 937.5]],
  ])('differ by chance (%d): %j', async (chance, pauses) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance)
    expect((await refreshed([unreachable(false), unreachable(false), GOOD])).pauses).toEqual(pauses)
  })
})

/** A renewal where a part of this machine, or the address of the keys, does not work. */
const renewedWith = (answers: Partial<Record<string, unknown>>, more: object = {}, session = body()) => {
  const send = async ({ url }: HttpRequest) => {
    const said = answers[url.pathname]
    if (said instanceof Error) throw said
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(said)) } as HttpAnswer
  }
  const ports = {
    clock: { now: () => NOW, sleep: async () => {} },
    http: async () => (answers.http === undefined ? { send } : Promise.reject(answers.http)),
  } as unknown as Ports
  return renew(REFRESH, { body: session }, { client: client(more), want: OWN, ports })
}

it('keys that cannot be fetched now do not lose the new tokens', async () => {
  const accessToken = await signed({ aud: 'api' })
  const answers = {
    '/token': { ...GOOD, access_token: accessToken },
    '/jwks': new NetworkFailure('no', true),
  }
  const event = await renewedWith(answers, { expect: { audience: ['api'] } })
  expect(event).toMatchObject({ type: 'answered', renewal: { tokens: [{ value: accessToken }] } })
  expect(event).not.toHaveProperty('renewal.refusal')
})

describe('a bug stays one', () => {
  const bug = new TypeError('bug')

  it('before anything is sent', async () => {
    await expect(renewedWith({ http: bug })).rejects.toBe(bug)
  })

  it('while the policy is asked', async () => {
    const policy = {
      get audience(): never {
        throw bug
      },
    }
    await expect(renewedWith({ '/token': GOOD }, { expect: policy })).rejects.toBe(bug)
  })

  it('while the token is compared with the one before', async () => {
    const before = {
      ...OWN,
      receivedAt: NOW,
      expiresIn: 600,
      get value(): never {
        throw bug
      },
    }
    const session: SessionBody = body({ tokens: [before] })
    await expect(renewedWith({ '/token': GOOD }, {}, session)).rejects.toBe(bug)
  })
})
