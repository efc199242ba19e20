import { expect, it } from 'vitest'
import { delayOf, slowRefusals } from '../../../src/commands/proxy/open-proxy.ts'
import type { LocalExchange } from '../../../src/ports/ports.ts'

/** A clock whose sleeps never end by themselves. */
function scene() {
  const slept: number[] = []
  const dropped: number[] = []
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((_, reject) => {
        slept.push(milliseconds)
        if (signal?.aborted) reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const slowly = slowRefusals(clock)
  const ask = (n: number, gone = new AbortController().signal) =>
    slowly({ gone, drop: () => void dropped.push(n) } as Partial<LocalExchange> as LocalExchange)
  return { slept, dropped, clock, ask }
}

it('each wrong secret waits twice as long, up to ten seconds', () => {
  expect([1, 2, 3, 7, 8, 1_000_000].map(delayOf)).toEqual([100, 200, 400, 6_400, 10_000, 10_000])
})

it('all callers count as one, and only a quiet minute is forgotten', () => {
  const { slept, clock, ask } = scene()
  for (let n = 0; n < 3; n += 1) void ask(n)
  clock.time += 60_000
  void ask(4)
  clock.time += 60_001
  void ask(5)
  expect(slept).toEqual([100, 200, 400, 800, 100])
})
