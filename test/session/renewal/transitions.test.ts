import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { begin, next } from '../../../src/session/renewal/state-machine.ts'
import type { Effect, Event, Renewal, Seen } from '../../../src/session/renewal/step.ts'
import type { SessionBody, StoredToken } from '../../../src/session/store/session-file.ts'
import { told } from '../../told.ts'

const NOW = 1_800_000_000_000
const SLOT = { use: 'access', audience: '', scopes: '', narrow: true } as const
const REFRESH = 'refresh-1'
const HASH = createHash('sha256').update(REFRESH).digest('base64url')

const token = (left: number, value = 'old'): StoredToken => ({
  ...SLOT,
  value,
  receivedAt: NOW - (3600 - left) * 1000,
  expiresIn: 3600,
})
const seen = (
  left: number,
  over: Partial<SessionBody> = {},
  refresh: string | undefined = REFRESH,
): Seen => ({
  body: { tokens: [token(left)], skewSeconds: 0, signedInAt: 1, ...over } as SessionBody,
  refresh,
})
const RENEWAL: Renewal = { tokens: [token(3600, 'new')], refresh: 'refresh-2', skewSeconds: 0 }
const trouble = new Failure('network', 'no way')
const refusal = new Failure('provider-failed', 'no more', { detail: ['invalid_grant'] })

/** All effects of one run, from its first read to its end. */
function run(events: readonly Event[], want: Partial<Want> = {}): Effect[] {
  let [state, effect] = begin({ ...SLOT, ...want })
  const effects = [effect]
  for (const event of events) {
    ;[state, effect] = next(state, event, NOW)
    effects.push(effect)
  }
  if (effect.do === 'give' || effect.do === 'fail')
    expect(state).toEqual({ phase: 'done', want: { ...SLOT, ...want } })
  return effects
}
/** The same, in words: what was done, and what the person gets in the end. */
const story = (events: readonly Event[], want: Partial<Want> = {}) =>
  run(events, want).map((effect) => {
    if (effect.do === 'give')
      return `give ${effect.token.value}${effect.warning ? ` with: ${effect.warning.message}` : ''}`
    if (effect.do === 'fail') return `fail ${effect.failure.code}: ${effect.failure.message}`
    return effect.do === 'write' && effect.body.attempt
      ? `write ${effect.body.attempt.outcome ?? 'note'}`
      : effect.do
  })
const end = (events: readonly Event[], want: Partial<Want> = {}) => {
  const last = run(events, want).at(-1)
  return last?.do === 'fail' ? told(last.failure) : story(events, want).at(-1)
}

const read = (session: Seen | undefined): Event => ({ type: 'read', session })
const locked = (session: Seen | undefined): Event => ({ type: 'read-locked', session })
const written: Event = { type: 'written' }
const notWritten: Event = { type: 'not-written', failure: new Failure('storage', 'disk full') }
const answered = (over: Partial<Renewal> = {}): Event => ({
  type: 'answered',
  renewal: { ...RENEWAL, ...over },
})
const failed = (
  type:
    | 'another-person'
    | 'refused'
    | 'unexplained'
    | 'denied'
    | 'perhaps-spent'
    | 'unsent'
    | 'unanswered'
    | 'unusable',
  failure = trouble,
) => ({ type, failure }) as Event
/** Up to the request that was sent. */
const sent = (session = seen(0)): Event[] => [read(session), locked(session), written]
const PREFIX = ['read', 'read-locked', 'write note', 'refresh']

describe('a token that is fresh', () => {
  it('is given after one read', () => {
    expect(story([read(seen(600))])).toEqual(['read', 'give old'])
  })

  it('is looked for again under the lock, where it is not', () => {
    expect(next(begin(SLOT)[0], read(seen(0)), NOW)).toEqual([
      { phase: 'locking', want: SLOT },
      { do: 'read-locked' },
    ])
  })

  it('by another process, is given after the lock', () => {
    expect(story([read(seen(0)), locked(seen(600))])).toEqual(['read', 'read-locked', 'give old'])
  })
})

describe('a renewal', () => {
  it('is noted, sent, kept, and only then given', () => {
    const effects = run([...sent(), answered(), written])
    expect(story([...sent(), answered(), written])).toEqual([...PREFIX, 'write', 'give new'])
    expect(effects[2]).toMatchObject({
      body: { tokens: [token(0)], attempt: { hash: HASH, at: NOW } },
    })
    expect(effects[3]).toEqual({ do: 'refresh', refreshToken: REFRESH })
    expect(effects[4]).toMatchObject({ body: { tokens: [token(3600, 'new')], refresh: 'refresh-2' } })
    expect((effects[4] as { body: SessionBody }).body).not.toHaveProperty('attempt')
  })

  it.each([
    [{}, 4096 + 3],
    [{ idToken: 'x'.repeat(100) }, 4096 + 3 + 100],
    [{ tokens: [token(0), token(0, 'x'.repeat(50))] }, 4096 + 3 + 50],
    [{ padding: 'x' }, 4096 + 3],
  ])('reserves room for the answer beside %j', (over, room) => {
    const effect = run([read(seen(0, over)), locked(seen(0, over))]).at(-1)
    expect((effect as { body: SessionBody }).body.padding).toBe('x'.repeat(room))
  })

  it('whose answer could not be kept gives it with a word', () => {
    expect(end([...sent(), answered(), notWritten])).toBe('give new with: disk full')
  })

  it('that could not be noted is not sent', () => {
    expect(end([read(seen(0)), locked(seen(0)), notWritten])?.[0]).toBe('storage: disk full')
    expect(end([read(seen(30)), locked(seen(30)), notWritten])).toBe('give old with: disk full')
  })

  const against = new Failure('not-allowed', 'the policy refuses it')
  it.each([written, notWritten])('that the policy refuses gives nothing: $type', (event) => {
    expect(end([...sent(seen(30)), answered({ refusal: against }), event])?.[0]).toBe(
      'not-allowed: the policy refuses it',
    )
  })

  const useless = new Failure('provider-failed', 'not the one asked for')
  it.each<[number, Event, string]>([
    [0, written, 'provider-failed: not the one asked for'],
    [0, notWritten, 'storage: disk full'],
    [30, written, 'give old with: not the one asked for'],
    [30, notWritten, 'give old with: disk full'],
  ])('whose answer cannot be used, with %i s left (%#)', (left, event, words) => {
    const last = end([...sent(seen(left)), answered({ tokens: [], unusable: useless }), event])
    expect(Array.isArray(last) ? last[0] : last).toBe(words)
  })
})

describe('without a session', () => {
  it('there is nothing to renew', () => {
    expect(end([read(undefined)])).toEqual(['not-signed-in: you are not signed in', 'Run: ls-auth login'])
    expect(end([read(seen(0)), locked(undefined)])?.[0]).toBe(
      'not-signed-in: you were signed out in the meantime',
    )
  })

  const none = (left: number) => ({ ...seen(left), refresh: undefined })
  it('that can be renewed, what is valid is given to its end', () => {
    expect(end([read(none(30)), locked(none(30))])).toBe('give old')
    for (const [left, want] of [
      [0, {}],
      [30, { minTtlSeconds: 60 }],
    ] as const)
      expect(end([read(none(left)), locked(none(left))], want)?.[0]).toBe(
        'session-ended: your sign-in has ended: the provider issued no refresh token',
      )
  })
})

describe('a life that nobody can have', () => {
  it.each([
    [3600, PREFIX[2]],
    [3601, "fail usage: this provider's tokens last 1h, less than --min-ttl requires"],
  ])('%i s of tokens that live for 3600 s', (minTtlSeconds, words) => {
    expect(story([read(seen(0)), locked(seen(0))], { minTtlSeconds }).at(-1)).toBe(words)
  })

  it('is told with the longest that they can have', () => {
    expect(end([read(seen(0)), locked(seen(0))], { minTtlSeconds: 3601 })?.[1]).toBe(
      'Use --min-ttl 59m at most.',
    )
  })
})

describe('a provider that another process has asked in vain meanwhile', () => {
  const waited = (left: number): Event => ({ type: 'read-locked', session: seen(left), failed: trouble })
  it('is not asked again', () => {
    expect(end([read(seen(0)), waited(0)])?.[0]).toBe('network: no way')
    expect(end([read(seen(30)), waited(30)])).toBe('give old with: no way')
    expect(end([read(seen(30)), waited(30)], { minTtlSeconds: 60 })?.[0]).toBe('network: no way')
    expect(end([read(seen(0)), waited(600)])).toBe('give old')
  })
})

describe('a refresh token that was sent before', () => {
  it.each([
    [undefined, 'give old'],
    ['failed', 'give old'],
    ['unexplained', 'give old'],
    ['refused', 'write note'],
  ] as const)('with the outcome %s, while a token is valid: %s', (outcome, words) => {
    const attempt = { hash: HASH, at: 1, ...(outcome && { outcome }) }
    const before = seen(30, { attempt })
    expect(story([read(before), locked(before)]).at(-1)).toBe(words)
    expect(story([read(before), locked(before)], { minTtlSeconds: 60 }).at(-1)).toBe('write note')
  })
})

describe('an ID token of a provider that sends one at sign-in only', () => {
  const id = (left: number) =>
    seen(left, { tokens: [{ ...token(left), use: 'id' }], idToken: 'i', idTokenAtSignInOnly: true })
  it('is given while it lives, and no refresh token is spent for another', () => {
    expect(end([read(id(30)), locked(id(30))], { use: 'id' })).toBe('give old')
    for (const want of [{ use: 'id' as const }, { use: 'id' as const, minTtlSeconds: 60 }])
      expect(
        end([read(id(want.minTtlSeconds ? 30 : 0)), locked(id(want.minTtlSeconds ? 30 : 0))], want)?.[0],
      ).toMatch(/^cannot-do: the provider renewed no ID token/)
  })
})

describe('a refusal', () => {
  it('is doubted once: another process may have renewed', () => {
    expect(story([...sent(), failed('refused', refusal), locked(seen(600))])).toEqual([
      ...PREFIX,
      'read-locked',
      'give old',
    ])
    const other = seen(0, {}, 'refresh-9')
    expect(run([...sent(), failed('refused'), locked(other), written]).at(-1)).toEqual({
      do: 'refresh',
      refreshToken: 'refresh-9',
    })
    expect(
      story([
        ...sent(),
        failed('refused'),
        locked(other),
        written,
        failed('refused', refusal),
        locked(seen(0, {}, 'refresh-10')),
      ]).at(-1),
    ).toMatch(/^fail session-ended/)
  })

  it.each<[Seen | undefined, string]>([
    [seen(0), 'session-ended: your sign-in has ended: the provider refused to renew it'],
    [
      { ...seen(0), refresh: undefined },
      'session-ended: your sign-in has ended: the provider refused to renew it',
    ],
    [undefined, 'not-signed-in: you were signed out in the meantime'],
  ])('of a session that is still the same is the end (%#)', (session, words) => {
    expect(end([...sent(), failed('refused', refusal), locked(session)])?.[0]).toBe(words)
  })

  it('tells what the provider said, or at least that it did', () => {
    const said = (failure: Failure) => end([...sent(), failed('refused', failure), locked(seen(0))])?.slice(2)
    expect(said(refusal)).toEqual(['invalid_grant'])
    expect(said(new Failure('provider-failed', 'no more'))).toEqual(['no more'])
  })

  describe('of token for another API', () => {
    const want = { audience: 'api' }
    const before = (outcome?: 'refused' | 'perhaps-spent' | 'unexplained' | 'failed' | 'interrupted') =>
      seen(0, {
        ...(outcome && { attempt: { hash: HASH, at: 1, ...(outcome !== 'interrupted' && { outcome }) } }),
      })
    const events = (found: Seen) => [...sent(found), failed('refused', refusal), locked(found)]

    it.each([
      [undefined, 'read-locked'],
      ['perhaps-spent', 'write perhaps-spent'],
      ['unexplained', 'write unexplained'],
      ['failed', 'write failed'],
      ['interrupted', 'fail provider-failed: no more'],
    ] as const)('is told as that, and ends nothing, after one that was %s', (outcome, words) => {
      expect(story(events(before(outcome)), want).at(-1)).toBe(
        outcome === undefined ? 'fail provider-failed: no more' : words,
      )
      const noted = seen(0, { attempt: { hash: HASH, at: NOW } })
      const told = [...sent(), failed('refused', refusal), locked(noted)]
      expect(run(told, want).at(-1)).toEqual({ do: 'write', body: seen(0).body })
      for (const event of [written, notWritten])
        expect(end([...told, event], want)?.[0]).toBe('provider-failed: no more')
    })

    it.each([
      [undefined, 'write refused'],
      ['perhaps-spent', 'write refused'],
      ['unexplained', 'write refused'],
      ['interrupted', 'write lost'],
    ] as const)('is the end where the refresh token is dead, after one that was %s', (outcome, note) => {
      const found = seen(0, {
        attempt: { hash: HASH, at: NOW, ...(outcome && outcome !== 'interrupted' && { outcome }) },
      })
      const dead: Event = { type: 'refused', failure: refusal, isDead: true }
      const told = [...sent(before(outcome)), dead, locked(found)]
      expect(story(told, want).at(-1)).toBe(note)
      for (const event of [written, notWritten])
        expect(end([...told, event], want)?.[0]).toMatch(/^session-ended/)
    })
  })
})

describe('an answer for another person', () => {
  const other = (foreign?: string): Event => ({
    type: 'another-person',
    failure: new Failure('refused', 'somebody else'),
    foreign,
  })
  const attempt = { hash: HASH, at: NOW, outcome: 'another-person' as const }

  it('is noted, with the refresh token that is to be revoked, and then told', () => {
    const noted = { do: 'write', body: { ...seen(0).body, attempt } }
    expect(run([...sent(), other()]).at(-1)).toStrictEqual(noted)
    expect(run([...sent(), other(REFRESH)]).at(-1)).toStrictEqual(noted)
    expect(run([...sent(), other('of-eve')]).at(-1)).toEqual({
      do: 'write',
      body: { ...noted.body, foreign: 'of-eve' },
    })
    for (const event of [written, notWritten]) {
      expect(end([...sent(), other('of-eve'), event])?.[0]).toBe('refused: somebody else')
      expect(end([...sent(seen(30)), other('of-eve'), event])).toBe('give old with: somebody else')
    }
  })

  it('does not displace the refresh token of the sign-in before, which waits to be revoked', () => {
    const before = seen(0, { superseded: 'refresh-before' })
    expect(run([...sent(before), other('of-eve')]).at(-1)).toMatchObject({
      do: 'write',
      body: { superseded: 'refresh-before', foreign: 'of-eve' },
    })
    expect(run([...sent(before), other()]).at(-1)).toMatchObject({ body: { superseded: 'refresh-before' } })
  })

  it('is the end: the refresh token is not sent again, and what is valid is given to its end', () => {
    const over = seen(0, { attempt })
    expect(end([read(over), locked(over)])).toEqual([
      'session-ended: your sign-in has ended: a renewal returned another account',
      'Run: ls-auth login',
    ])
    const valid = seen(30, { attempt })
    expect(end([read(valid), locked(valid)])).toBe('give old')
    expect(end([read(valid), locked(valid)], { minTtlSeconds: 60 })?.[0]).toMatch(/^session-ended/)
  })
})

describe('a renewal that brings nothing', () => {
  const before = (outcome?: 'failed' | 'perhaps-spent' | 'unexplained' | 'interrupted') =>
    outcome === undefined
      ? seen(0)
      : seen(0, { attempt: { hash: HASH, at: 1, ...(outcome === 'interrupted' ? {} : { outcome }) } })
  const NOTHING = 'fail network: no way'

  it.each<[Parameters<typeof failed>[0], Parameters<typeof before>[0], string]>([
    ['unexplained', undefined, 'write unexplained'],
    ['unexplained', 'failed', 'write unexplained'],
    ['unexplained', 'unexplained', 'read-locked'],
    ['unexplained', 'interrupted', 'read-locked'],
    ['denied', undefined, 'write'],
    ['denied', 'failed', 'write'],
    ['denied', 'unexplained', 'write'],
    ['denied', 'interrupted', NOTHING],
    ['denied', 'perhaps-spent', 'write perhaps-spent'],
    ['perhaps-spent', undefined, 'write perhaps-spent'],
    ['perhaps-spent', 'unexplained', 'write perhaps-spent'],
    ['perhaps-spent', 'interrupted', NOTHING],
    ['unexplained', 'perhaps-spent', 'read-locked'],
    ['unsent', 'perhaps-spent', 'write perhaps-spent'],
    ['unusable', 'perhaps-spent', 'write perhaps-spent'],
    ['refused', 'perhaps-spent', 'read-locked'],
    ['unsent', undefined, 'write'],
    ['unsent', 'failed', 'write failed'],
    ['unsent', 'unexplained', 'write unexplained'],
    ['unsent', 'interrupted', NOTHING],
    ['unusable', undefined, 'write failed'],
    ['unusable', 'unexplained', 'write unexplained'],
    ['unusable', 'interrupted', NOTHING],
    ['unanswered', undefined, NOTHING],
    ['unanswered', 'failed', NOTHING],
  ])('%s, after one that was %s: %s', (type, outcome, next) => {
    expect(story([...sent(before(outcome)), failed(type)]).at(-1)).toBe(next)
  })

  it.each(['unexplained', 'denied', 'perhaps-spent', 'unsent', 'unusable'] as const)(
    '%s: told once its outcome is stored',
    (type) => {
      for (const event of [written, notWritten]) {
        expect(end([...sent(), failed(type), event])?.[0]).toBe('network: no way')
        expect(end([...sent(seen(30)), failed(type), event])).toBe('give old with: no way')
        const longer = { minTtlSeconds: 60 }
        expect(end([...sent(seen(30)), failed(type), event], longer)?.[0]).toBe('network: no way')
      }
    },
  )

  it('twice without a reason is the end, and says so', () => {
    const events = [...sent(before('unexplained')), failed('unexplained')]
    expect(story([...events, locked(before('unexplained'))]).at(-1)).toBe('write unexplained')
    expect(end([...events, locked(before('unexplained')), written])?.[0]).toBe(
      'session-ended: your sign-in has ended: the provider did not renew it and gave no reason',
    )
    const lost = [...sent(before('interrupted')), failed('unexplained'), locked(before('interrupted'))]
    expect(end(lost)?.[0]).toMatch(/an earlier renewal was interrupted/)
  })

  describe('refused, after one that was interrupted: its answer was lost with the refresh token', () => {
    const words = /^session-ended: .* an earlier renewal was interrupted and its answer lost$/

    it('that is noted, so that status knows it', () => {
      const events: Event[] = [
        ...sent(before('interrupted')),
        { type: 'refused', failure: refusal, isDead: true },
        locked(before('interrupted')),
      ]
      expect(story(events).at(-1)).toBe('write lost')
      for (const event of [written, notWritten]) expect(end([...events, event])?.[0]).toMatch(words)
    })
  })
})
