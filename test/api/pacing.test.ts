import { describe, expect, it } from 'vitest'
import { openPacing } from '../../src/api/pacing.ts'
import { NetworkFailure } from '../../src/errors.ts'
import type { HttpAnswer } from '../../src/ports/http.ts'

type End = HttpAnswer | Error
const answer = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.alloc(0),
})
const ONE_LEFT = { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '10' }
const broken = new NetworkFailure('the connection to x broke', true)

/** A loop without end fails at once, and not when the time of the test is over. */
const bound = (times: number) => {
  if (times > 100) throw new Error('without end')
}

/** Sends one request that ends in these ways in turn, the last one for ever. Time is simulated; `setBack`: in each sleep. */
async function send(
  ends: readonly End[],
  { isRead = true, stopAfter = Number.POSITIVE_INFINITY, setBack = 0 } = {},
) {
  let [now, sent, slept] = [0, 0, 0]
  const stop = new AbortController()
  const limits: number[] = []
  const clock = {
    now: () => now - setBack * slept,
    sleep(milliseconds: number) {
      bound(++slept)
      now += milliseconds
      return Promise.resolve()
    },
  }
  const pacing = openPacing({
    clock,
    signal: stop.signal,
    onLimit: (milliseconds) => limits.push(milliseconds) >= stopAfter && stop.abort(new Error('stopped')),
  })
  const once = async () => {
    bound(sent)
    const end = ends[Math.min(sent++, ends.length - 1)] as End
    if (end instanceof Error) throw end
    return end
  }
  const end = await pacing(once, isRead).then(
    ({ status }) => status,
    (error) => (error as Error).message,
  )
  return { end, sent, limits, waited: now }
}

describe('one request of many', () => {
  it.each<[string, End[], boolean, unknown]>([
    ['is sent once', [answer(200)], true, { end: 200, sent: 1, waited: 0 }],
    ['404 is an answer', [answer(404)], true, { end: 404, sent: 1 }],
    ['500 may be the request’s own fault', [answer(500)], true, { end: 500, sent: 1 }],
    ['503 is tried three times', [answer(503)], true, { end: 503, sent: 3, waited: 1_500 }],
    ['a broken connection, too', [broken, broken, answer(200)], true, { end: 200, sent: 3 }],
    ['and told in the end', [broken], true, { end: broken.message, sent: 3 }],
    ['but not what changes something', [broken], false, { end: broken.message, sent: 1 }],
    ['nor behind a gateway', [answer(502)], false, { end: 502, sent: 1 }],
    ['any other error ends it', [new Error('a bug')], true, { end: 'a bug', sent: 1 }],
    [
      '429 is waited for, whatever it is: nothing was done',
      [answer(429, { 'retry-after': '4' }), answer(200)],
      false,
      { end: 200, sent: 2, limits: [4000], waited: 4000 },
    ],
    [
      '503 that names a time, too',
      [answer(503, { 'retry-after': '2' }), answer(200)],
      true,
      { end: 200, sent: 2, limits: [2000] },
    ],
    ['with growing pauses where it names none', [answer(429)], true, { end: 429, sent: 8, waited: 123_000 }],
    ['what is left is used', [answer(503, ONE_LEFT), answer(200)], true, { end: 200, waited: 500 }],
    [
      'where nothing is left, the next window is waited for',
      [answer(503, ONE_LEFT), answer(503, { ...ONE_LEFT, 'x-ratelimit-remaining': '0' }), answer(200)],
      true,
      { end: 200, sent: 3, waited: 10_000 },
    ],
    [
      'a request that broke is no longer on its way',
      [broken, answer(503, ONE_LEFT), answer(200)],
      true,
      { end: 200, sent: 3, waited: 1_500 },
    ],
    ['an hour is worth it', [answer(429, { 'retry-after': '3600' }), answer(200)], true, { end: 200 }],
    ['and a few minutes more', [answer(429, { 'retry-after': '3700' }), answer(200)], true, { end: 200 }],
    [
      'a longer wait for the next window is told once',
      [answer(503, ONE_LEFT), answer(503, { ...ONE_LEFT, 'x-ratelimit-remaining': '0' }), answer(200)],
      true,
      { limits: [8500] },
    ],
    [
      'one of two seconds, too',
      [
        answer(503),
        answer(503, { ...ONE_LEFT, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }),
        answer(200),
      ],
      true,
      { end: 200, limits: [2000], waited: 3500 },
    ],
    [
      'and that of the window after it',
      [...[1, 2].map(() => answer(503, { ...ONE_LEFT, 'x-ratelimit-remaining': '0' })), answer(200)],
      true,
      { end: 200, limits: [9500, 9000] },
    ],
    [
      'a short one is not',
      [answer(503, { ...ONE_LEFT, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' }), answer(200)],
      true,
      { end: 200, limits: [], waited: 2000 },
    ],
    [
      'a window of an hour is waited for',
      [answer(503, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3700' }), answer(200)],
      true,
      { end: 200, waited: 3_700_000 },
    ],
    [
      'one of a day is not: none is sent any more',
      [answer(503, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '86400' }), answer(200)],
      true,
      { end: "the API's request limit is used up", sent: 1, limits: [], waited: 500 },
    ],
    ['a day is not', [answer(429, { 'retry-after': '86400' })], true, { end: 429, sent: 1, waited: 0 }],
  ])('%s', async (_, ends, isRead, expected) => {
    expect(await send(ends, { isRead })).toMatchObject(expected as object)
  })

  it.each([
    ['is limited', () => answer(429, { 'retry-after': '4' })],
    ['fails', () => answer(503)],
    ['has no answer', () => new NetworkFailure('broke', true)],
  ])('a poll that %s is sent once: whoever polls repeats it', async (_, made) => {
    let [sent, slept] = [0, 0]
    const clock = { now: () => 0, sleep: async () => void slept++ }
    const pacing = openPacing({ clock, signal: new AbortController().signal, onLimit: () => {} })
    const attempt = async () => {
      sent += 1
      const end = made()
      if (end instanceof NetworkFailure) throw end
      return end
    }
    const end = await pacing(attempt, true, { name: 'snapshots', isPoll: true }).catch((error) => error)
    expect({ sent, slept }).toEqual({ sent: 1, slept: 0 })
    expect(end instanceof NetworkFailure || [429, 503].includes(end.status)).toBe(true)
  })
})
