import { describe, expect, it } from 'vitest'
import { PRESETS } from '../../../src/providers/presets.ts'
import { told } from '../../told.ts'
import {
  body,
  client,
  GOOD,
  jwks,
  NOW,
  OTHER,
  OWN,
  REFRESH,
  refreshed,
  refusal,
  type Step,
  signed,
  unreachable,
} from './token-endpoint.ts'

describe('a renewal that works', () => {
  it('sends the refresh token once, and nothing else about the session', async () => {
    const { event, sent, endpoints } = await refreshed([GOOD])
    expect(endpoints).toEqual(['https://idp.example/token'])
    expect(sent).toEqual([{ grant_type: 'refresh_token', refresh_token: REFRESH, client_id: 'cli' }])
    expect(event).toEqual({
      type: 'answered',
      renewal: {
        tokens: [{ ...OWN, value: 'new', receivedAt: NOW, expiresIn: 600 }],
        skewSeconds: 0,
      },
    })
  })

  it('keeps the new refresh token, the scopes, the ID token and the keys that it was checked with', async () => {
    const idToken = await signed({})
    const { event } = await refreshed([
      { ...GOOD, refresh_token: 'refresh-2', scope: 'a', id_token: idToken },
    ])
    expect(event).toEqual({
      type: 'answered',
      renewal: {
        tokens: [
          { ...OWN, value: 'new', receivedAt: NOW, expiresIn: 600 },
          { ...OWN, use: 'id', value: idToken, receivedAt: NOW, expiresIn: 600 },
        ],
        refresh: 'refresh-2',
        skewSeconds: 0,
        grantedScope: 'a',
        idToken,
        jwks: { fetchedAt: NOW, value: jwks },
      },
    })
  })
})

describe('an answer that is not believed', () => {
  it('is kept for its refresh token alone', async () => {
    const { event } = await refreshed([
      { ...GOOD, refresh_token: 'refresh-2', id_token: await signed({ aud: 'somebody-else' }) },
    ])
    expect(event).toEqual({
      type: 'answered',
      renewal: { tokens: [], skewSeconds: 0, refresh: 'refresh-2', unusable: expect.anything() },
    })
  })

  it('where the ID token is for another person', async () => {
    const session = body({ idToken: await signed({}) })
    const answer = { ...GOOD, id_token: await signed({ sub: 'eve' }) }
    for (const [foreign, said] of [
      [undefined, answer],
      ['refresh-2', { ...answer, refresh_token: 'refresh-2' }],
    ] as const) {
      const { event } = await refreshed([said], { session })
      expect(event).toEqual({
        type: 'another-person',
        failure: expect.objectContaining({ code: 'refused' }),
        foreign,
      })
    }
  })

  it('where the access token is for another person than the one before', async () => {
    const own = { ...OWN, receivedAt: NOW - 3_600_000, expiresIn: 600 }
    const tokenOf = (sub: string) => signed({ sub, aud: 'api', jti: sub })
    const session = body({
      tokens: [
        { ...own, scopes: 'a', value: await tokenOf('eve') },
        { ...own, use: 'id', value: await tokenOf('eve') },
        { ...own, value: await tokenOf('ada') },
      ],
    })
    const other = await refreshed(
      [{ ...GOOD, access_token: await tokenOf('eve'), refresh_token: 'refresh-2' }],
      { session },
    )
    expect(other.event).toMatchObject({
      type: 'answered',
      renewal: { tokens: [], refresh: 'refresh-2', unusable: { code: 'refused' } },
    })
    const same = await refreshed([{ ...GOOD, access_token: await tokenOf('ada') }], { session })
    expect(same.event).not.toHaveProperty('renewal.unusable')
    // The one that the session was signed in as.
    const signedInAs = await refreshed([{ ...GOOD, access_token: await tokenOf('eve') }], {
      session: { ...session, idToken: await signed({ sub: 'eve' }) },
    })
    expect(signedInAs.event).not.toHaveProperty('renewal.unusable')
  })

  it('where it is not what was asked for', async () => {
    const { event } = await refreshed([{ ...GOOD, scope: 'b', refresh_token: REFRESH }], { want: OTHER })
    expect(event).toMatchObject({
      renewal: { tokens: [], refresh: REFRESH, unusable: { code: 'not-allowed' } },
    })
  })
})

describe('a policy', () => {
  const of = (expectations: object, more = {}) => client({ expect: expectations, ...more })

  it('refuses the new token of the session, and keeps it: the next sign-in may be another', async () => {
    const { event } = await refreshed([{ ...GOOD, access_token: await signed({ aud: 'api' }) }], {
      of: of({ audience: ['other'] }),
      session: body({ jwks: { fetchedAt: NOW, value: jwks as Record<string, unknown> } }),
    })
    expect(event).toMatchObject({
      type: 'answered',
      renewal: {
        tokens: [expect.anything()],
        refusal: {
          code: 'not-allowed',
          message: "the renewed token does not match this profile's expectations",
        },
      },
    })
  })

  it('is asked about the ID token, where that is the one in use', async () => {
    const preset = { ...PRESETS.generic, useToken: 'id' as const }
    const { event } = await refreshed([{ ...GOOD, id_token: await signed({}) }], {
      of: of({ audience: ['cli'] }, { preset }),
    })
    expect(event).not.toHaveProperty('renewal.refusal')
    const wrong = await refreshed([{ ...GOOD, id_token: await signed({}) }], {
      of: of({ audience: ['other'] }, { preset }),
    })
    expect(wrong.event).toMatchObject({ renewal: { refusal: { code: 'not-allowed' } } })
    const none = await refreshed([GOOD], { of: of({ audience: ['cli'] }, { preset }) })
    expect(none.event).not.toHaveProperty('renewal.refusal')
  })
})

describe('a renewal that fails', () => {
  const failureOf = async (step: Step, over: Parameters<typeof refreshed>[1] = {}) => {
    const { event, sent } = await refreshed([step], over)
    expect(sent).toHaveLength(1)
    if (!('failure' in event) || event.failure === undefined) throw new Error(event.type)
    return [event.type, ...told(event.failure)]
  }

  it.each<[string, Step, string, string]>([
    ['a dead refresh token', refusal(400, 'invalid_grant'), 'refused', 'refused'],
    ['no reason', refusal(400), 'unexplained', 'unexplained'],
    ['no reason (401)', refusal(401), 'unexplained', 'unexplained'],
    ['no reason (403)', refusal(403), 'unexplained', 'unexplained'],
    ['nothing there', refusal(404), 'unusable', 'unusable'],
    ['down', refusal(503), 'unusable', 'unusable'],
    ['a network on the way', refusal(511), 'unusable', 'unusable'],
    ['too many', refusal(429), 'unusable', 'unusable'],
    ['too many, with a code', refusal(429, 'invalid_grant'), 'unusable', 'unusable'],
    ['another client', refusal(401, 'invalid_client'), 'denied', 'denied'],
    ['not these scopes', refusal(400, 'invalid_scope'), 'denied', 'denied'],
    ['not this API', refusal(400, 'invalid_target'), 'perhaps-spent', 'perhaps-spent'],
    ['a request that it cannot read', refusal(400, 'invalid_request'), 'refused', 'unexplained'],
    ['no JSON', { status: 200, text: '<p>' }, 'unusable', 'unusable'],
    ['a page of a filter', { status: 403, text: '<html>Blocked' }, 'unusable', 'unusable'],
    ['a page around a code', { status: 400, text: '<html>invalid_grant' }, 'unusable', 'unusable'],
    ['a redirect', { status: 302, text: '' }, 'unusable', 'unusable'],
    ['no answer', unreachable(true), 'unanswered', 'unanswered'],
  ])('%s', async (_, step, own, other) => {
    expect((await failureOf(step))[0]).toBe(own)
    expect((await failureOf(step, { want: OTHER }))[0]).toBe(other)
  })

  it('tells of the refresh token itself by invalid_grant alone, and not where other scopes were asked for', async () => {
    const dead = async (error: string, over: Parameters<typeof refreshed>[1] = {}) => {
      const { event } = await refreshed([refusal(400, error)], over)
      return [event.type, 'isDead' in event && event.isDead]
    }
    expect(await dead('invalid_grant')).toEqual(['refused', true])
    expect(await dead('invalid_grant', { want: OTHER })).toEqual(['refused', false])
    for (const error of ['consent_required', 'interaction_required', 'login_required', 'invalid_request'])
      expect(await dead(error)).toEqual(['refused', false])
  })

  it.each(['invalid_grant', 'interaction_required', 'consent_required'])(
    'for another API (%s): it was refused a token for that, and the sign-in stays',
    async (error) => {
      const want = { ...OWN, audience: 'https://other.example' }
      expect(await failureOf(refusal(400, error), { want })).toEqual([
        'refused',
        'not-allowed: the provider refused a token for https://other.example; the sign-in is kept',
        'If a plain ls-auth token fails too, sign in again (ls-auth login)',
        error,
      ])
      expect((await failureOf(refusal(400, error), { want: OTHER }))[1]).toBe(
        'not-allowed: the provider refused a token with the scope a; the sign-in is kept',
      )
    },
  )

  it.each([
    [302, true],
    [403, true],
    [404, false],
    [499, true],
    [500, false],
  ])('a page with HTTP %i speaks of what may be on the way: %s', async (status, is) => {
    const [, , hint] = await failureOf({ status, text: '<html>' })
    expect(hint).toMatch(is ? /^A proxy or firewall may have answered .*ls-auth login$/ : /^Try again\. /)
  })

  it('is sent again only when it was certainly not sent, twice at most, after a pause', async () => {
    const reached = await refreshed([unreachable(false), unreachable(false), GOOD])
    expect(reached.event.type).toBe('answered')
    const [first = 0, second = 0, ...more] = reached.pauses
    expect(more).toEqual([])
    expect(first).toBeGreaterThanOrEqual(125)
    expect(first).toBeLessThan(375)
    expect(second).toBeGreaterThanOrEqual(375)
    expect(second).toBeLessThan(1125)
    const never = await refreshed([unreachable(false), unreachable(false), unreachable(false)])
    expect(never.event.type).toBe('unsent')
    expect(never.sent).toHaveLength(3)
  })
})

describe('the token endpoint of the cached metadata', () => {
  const HERE = 'https://idp.example/token'
  const THERE = 'https://idp.example/v2/token'
  const publishing = (token_endpoint: string) => ({
    issuer: 'https://idp.example',
    token_endpoint,
    jwks_uri: 'https://idp.example/jwks',
  })
  /** A session whose endpoint is on another host than its metadata. */
  const away = body({ metadata: { fetchedAt: NOW - 1000, value: publishing('https://old.example/token') } })

  it.each([refusal(404), refusal(404, 'Not Found'), refusal(405), refusal(410), refusal(302), refusal(308)])(
    'is no endpoint any more ($status): the metadata is asked, and it is sent to the new one',
    async (gone) => {
      const published = publishing(THERE)
      const { event, endpoints, sent } = await refreshed([gone, GOOD], { published })
      expect(endpoints).toEqual([HERE, THERE])
      expect(sent[1]).toEqual(sent[0])
      expect(event).toMatchObject({
        type: 'answered',
        renewal: { tokens: [{ value: 'new' }], metadata: { value: published, fetchedAt: NOW } },
      })
    },
  )

  it('was reached, or has read the token: that token goes nowhere else', async () => {
    for (const step of [
      unreachable(true),
      refusal(404, 'invalid_grant'),
      refusal(400, 'invalid_grant'),
      refusal(400),
      refusal(401),
      refusal(429),
      refusal(500),
      refusal(503),
      refusal(200),
    ]) {
      const { endpoints, discoveries } = await refreshed([step], {
        session: away,
        published: publishing(THERE),
      })
      expect([endpoints, discoveries]).toEqual([['https://old.example/token'], 0])
    }
  })
})
