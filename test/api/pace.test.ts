import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Pace } from '../../src/api/pacing.ts'

/** A server with fixed windows, and what its answers tell of them. */
interface Server {
  readonly limit: number
  readonly windowMilliseconds: number
  /** Where in its window the run begins. */
  readonly begunMilliseconds: number
  readonly tells: 'what is left' | '429 alone' | 'nothing'
  /** Requests of others in the same window, each at the same moments. */
  readonly others?: number
}

interface Run {
  readonly violations: number
  readonly milliseconds: number
  /** When each request was sent. */
  readonly sent: readonly number[]
}

/** Sends so many requests, at most eight at once, each `latency` long; refused ones are sent again. Time is simulated. */
function run(count: number, latency: readonly number[], server: Server): Run {
  const pace = new Pace()
  const [workers, sent]: [number, number[]] = [8, []]
  const { limit, windowMilliseconds: length, begunMilliseconds: offset } = server
  const used = new Map<number, number>()
  const flying: { beganAt: number; status: number; headers: Record<string, string>; at: number }[] = []
  let [now, accepted, violations, begun, turns] = [0, 0, 0, 0, 0]
  while (accepted < count) {
    // Of a pace that never lets the next one begin, and takes no time for it.
    if (turns++ > 100 * count) throw new Error('without end')
    const wait = pace.wait(now)
    const isFree = flying.length < workers && accepted + flying.length < count
    if (isFree && wait <= 0) {
      pace.begin(now)
      sent.push(now)
      const window = Math.floor((now + offset) / length)
      const before = used.get(window) ?? server.others ?? 0
      const refused = before >= limit
      if (refused) violations += 1
      else used.set(window, before + 1)
      const left = (window + 1) * length - (now + offset)
      const seconds = String(Math.ceil(left / 1000))
      const rest = String(Math.max(0, limit - (used.get(window) ?? 0)))
      const budget = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': rest,
        'x-ratelimit-reset': seconds,
      }
      const headers: Record<string, string> =
        server.tells === 'what is left'
          ? budget
          : server.tells === '429 alone' && refused
            ? { 'retry-after': seconds }
            : {}
      flying.push({
        beganAt: now,
        status: refused ? 429 : 200,
        headers,
        at: now + (latency[begun++ % latency.length] as number),
      })
      continue
    }
    const [first] = flying.sort((a, b) => a.at - b.at)
    if (first !== undefined && (!isFree || first.at <= now + wait)) {
      now = Math.max(now, first.at)
      flying.shift()
      pace.answered(first, first.beganAt, now)
      if (first.status === 200) accepted += 1
    } else now += wait
  }
  return { violations, milliseconds: now, sent }
}

const LIGHTSTEP = { limit: 100, windowMilliseconds: 1000, begunMilliseconds: 0 } as const

describe('the pace of many requests', () => {
  it('where answers tell what is left, no request is refused, and nearly all of the limit is used', () => {
    const { violations, milliseconds } = run(2_000, [5, 9, 7], { ...LIGHTSTEP, tells: 'what is left' })
    expect(violations).toBe(0)
    expect(milliseconds).toBeLessThan(22_000)
  })

  it('a limit that is met late in its window costs no second one', () => {
    const { violations, milliseconds } = run(1_000, [60], { ...LIGHTSTEP, tells: 'what is left' })
    expect(violations).toBe(0)
    expect(milliseconds).toBeLessThan(12_000)
  })

  it('whatever the limit, its window, the moment it begins at, and how long answers take', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 200 }),
        fc.constantFrom(1000, 2000, 10_000, 60_000),
        fc.integer({ min: 0, max: 60_000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
        (limit, windowMilliseconds, begunMilliseconds, latency) => {
          const server = { limit, windowMilliseconds, begunMilliseconds, tells: 'what is left' } as const
          const { violations, milliseconds } = run(600, latency, server)
          const least = (600 / limit) * windowMilliseconds
          // At the start nothing is told yet, and eight are on their way; later on a window may begin unnoticed.
          expect(violations).toBeLessThanOrEqual(8)
          expect(milliseconds).toBeLessThan(2 * least + 2 * windowMilliseconds + 600 * 900)
        },
      ),
    )
  })
})
