import { describe, expect, it } from 'vitest'
import { isLimit, Pace } from '../../src/api/pace.ts'

/** What an answer tells of the limit: requests of a window, those left, seconds until the next one, seconds to wait. */
interface Told {
  readonly limit?: number
  readonly left?: number
  readonly reset?: number
  readonly retry?: number
}

const answer = (status: number, { limit, left, reset, retry }: Told = {}) => {
  const headers = {
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': left,
    'x-ratelimit-reset': reset,
    'retry-after': retry,
  }
  const told = Object.entries(headers).filter(([, value]) => value !== undefined)
  return { status, headers: Object.fromEntries(told.map(([name, value]) => [name, String(value)])) }
}

/** A pace that has had these answers in turn, each to a request of its own that began and ended at this moment. */
function paceAfter(...answers: readonly (readonly [at: number, told: Told, status?: number])[]): Pace {
  const pace = new Pace()
  for (const [at, told, status = 200] of answers) {
    pace.begin(at)
    pace.answered(answer(status, told), at, at)
  }
  return pace
}

/** How long the next one waits while so many are on their way. */
function waitBehind(count: number, pace: Pace, now: number): number {
  for (let i = 0; i < count; i++) pace.begin(now)
  return pace.wait(now)
}

it.each([
  [429, {}, true],
  [503, { retry: 1 }, true],
  [503, {}, false],
  [200, { retry: 1 }, false],
])('%i that tells %j is a limit: %s', (status, told, isOne) => {
  expect(isLimit(answer(status, told))).toBe(isOne)
})

describe('where the limit alone is known', () => {
  it('no more than it are on their way', () => {
    expect(waitBehind(1, paceAfter([0, { limit: 2 }]), 0)).toBe(0)
    expect(waitBehind(2, paceAfter([0, { limit: 2 }]), 0)).toBe(1000)
  })

  it('a request that got no answer makes room', () => {
    const pace = paceAfter([0, { limit: 1 }])
    expect(waitBehind(1, pace, 0)).toBe(1000)
    pace.failed()
    expect(pace.wait(0)).toBe(0)
  })

  it('none that is told, or a limit of 0, holds nothing up', () => {
    expect(waitBehind(20, paceAfter([0, {}]), 0)).toBe(0)
    expect(waitBehind(20, paceAfter([0, { limit: 0 }]), 0)).toBe(0)
  })
})

describe('where it is told what is left', () => {
  it('so many are sent, and the next one waits for the window to end', () => {
    const told = { left: 2, reset: 10 }
    expect(waitBehind(1, paceAfter([0, told]), 4000)).toBe(0)
    expect(waitBehind(2, paceAfter([0, told]), 4000)).toBe(6000)
  })

  it('that counts, and no limit of those on their way', () => {
    expect(waitBehind(2, paceAfter([0, { limit: 2, left: 10, reset: 10 }]), 0)).toBe(0)
  })

  it('one of fifty is left to others', () => {
    expect(waitBehind(1, paceAfter([0, { limit: 100, left: 4, reset: 10 }]), 0)).toBe(0)
    expect(waitBehind(2, paceAfter([0, { limit: 100, left: 4, reset: 10 }]), 0)).toBe(10_000)
  })

  it('a request that got no answer may be counted', () => {
    const pace = paceAfter([0, { left: 2, reset: 10 }])
    pace.begin(0)
    pace.failed()
    expect(waitBehind(1, pace, 0)).toBe(10_000)
  })

  it('it is forgotten at the end of the window', () => {
    const told = { limit: 1, left: 0, reset: 5 }
    expect(paceAfter([0, told]).wait(4999)).toBe(1)
    expect(waitBehind(1, paceAfter([0, told]), 5000)).toBe(1000)
    expect(paceAfter([0, told]).wait(6000)).toBe(0)
  })

  it('a request that begins when the window has ended tells of the next one, also where less is left of it', () => {
    const pace = paceAfter([0, { left: 5, reset: 5 }], [5000, { left: 3, reset: 10 }])
    expect(waitBehind(3, pace, 6000)).toBe(9000)
  })

  it('where little was left, one request finds out about the next window, and the others wait for its answer', () => {
    const pace = paceAfter([0, { limit: 100, left: 2, reset: 5 }])
    expect(pace.wait(5000)).toBe(0)
    pace.begin(5000)
    expect(pace.wait(5000)).toBe(1000)
    pace.answered(answer(200, { limit: 100, left: 99, reset: 5 }), 5000, 5010)
    expect(pace.wait(5010)).toBe(0)
  })

  it('where much was left, as many may find out', () => {
    const told = { limit: 100, left: 9, reset: 5 }
    expect(waitBehind(6, paceAfter([0, told]), 5000)).toBe(0)
    expect(waitBehind(7, paceAfter([0, told]), 5000)).toBe(1000)
  })

  it.each<[string, Told, Told, number]>([
    ['what is left', { left: 5 }, { left: 0, reset: 10 }, 11_000],
    ['when it ends', { reset: 5 }, { left: 0, reset: 20 }, 21_000],
  ])('an answer that tells only %s says nothing of the window', (_, half, whole, endsAt) => {
    expect(paceAfter([0, half], [1000, whole]).wait(1000)).toBe(endsAt - 1000)
  })

  it.each<[string, readonly [number, Told], readonly [number, Told], number]>([
    // Told in whole seconds: of two ends of one window, the earlier one is right.
    ['of less left and a later end', [0, { left: 5, reset: 10 }], [500, { left: 3, reset: 10 }], 10_000],
    ['of less left and an earlier end', [0, { left: 5, reset: 10 }], [500, { left: 3, reset: 9 }], 9500],
    ['of as much left and a later end', [0, { left: 3, reset: 10 }], [500, { left: 3, reset: 10 }], 10_000],
    ['of as much left and an earlier end', [0, { left: 3, reset: 10 }], [500, { left: 3, reset: 9 }], 9500],
    ['of more left: the next window', [0, { left: 1, reset: 10 }], [0, { left: 3, reset: 12 }], 12_000],
  ])('the end of the window is learnt from an answer %s', (_, first, second, endsAt) => {
    expect(waitBehind(3, paceAfter(first, second), 600)).toBe(endsAt - 600)
  })
})

describe('where a 429 tells how long to wait', () => {
  /** So many good answers from half a second on, then at 1 s a 429 that names one second: the pause ends at 2 s. */
  const taught = (accepted: number, told: Told = {}) =>
    paceAfter(...Array(accepted).fill([500, told]), [1000, { retry: 1 }, 429])
  /** Milliseconds between two requests at this moment. */
  const intervalAt = (now: number, pace: Pace) => {
    expect(pace.wait(now)).toBe(0)
    return waitBehind(1, pace, now)
  }

  it('all wait so long, and are then spread over the time that the others took', () => {
    const pace = taught(16)
    expect(pace.wait(1500)).toBe(500)
    expect(intervalAt(2000, pace)).toBe(1500 / 16)
  })

  it('fewer than sixteen teach no pace, nor does a limit whose window is known', () => {
    expect(intervalAt(2000, taught(15))).toBe(0)
    expect(intervalAt(2000, taught(16, { left: 1000, reset: 9 }))).toBe(0)
  })

  it('answers to requests of before the pause are of no lesson after it', () => {
    const pace = paceAfter([0, { retry: 1 }, 429])
    for (let i = 0; i < 16; i++) pace.answered(answer(200), 0, 500)
    pace.answered(answer(429, { retry: 1 }), 1000, 1000)
    expect(intervalAt(2000, pace)).toBe(0)
  })

  it('they are faster by a tenth three seconds after the pause', () => {
    expect(intervalAt(4999, taught(16))).toBe(93.75)
    expect(intervalAt(5000, taught(16))).toBeCloseTo(93.75 / 1.1)
  })

  it('a second 429 makes them slower by a tenth, and the pace that met it is tried again after a minute', () => {
    const taughtTwice = () => {
      const pace = taught(16)
      pace.begin(2000)
      pace.answered(answer(429, { retry: 1 }), 2000, 2000)
      return pace
    }
    expect(intervalAt(3000, taughtTwice())).toBeCloseTo(93.75 * 1.1)
    expect(intervalAt(62_999, taughtTwice())).toBeCloseTo(93.75 * 1.1)
    expect(intervalAt(63_000, taughtTwice())).toBeCloseTo(93.75)
  })
})
