import { expect, it } from 'vitest'
import { BatchProgress } from '../../../src/commands/trace/batch/tally.ts'

/** A clock whose sleeps end when the test lets time pass; it can be set back. */
function openClock() {
  let now = Date.UTC(2026, 8, 21)
  let behind = 0
  const sleepers = new Set<{ until: number; wake: () => void; signal: AbortSignal | undefined }>()
  const clock = {
    now: () => now - behind,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => sleepers.add({ until: now + milliseconds, wake: resolve, signal })),
  }
  async function pass(milliseconds: number) {
    const end = now + milliseconds
    while (now < end) {
      now += 250
      for (const one of [...sleepers].filter(({ until }) => until <= now)) {
        sleepers.delete(one)
        one.wake()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const setBack = (milliseconds: number) => {
    behind += milliseconds
  }
  return { clock, pass, setBack }
}

it('a wait for the limit is counted down, and ends with the run', async () => {
  const { clock, pass } = openClock()
  const shown: string[] = []
  const progress = new BatchProgress({ clock, progress: (text) => shown.push(text) }, 3, true)
  progress.limited(10_000)
  await pass(11_000)
  const waits = shown.flatMap((text) => /waiting (\d+)s/.exec(text)?.[1] ?? [])
  expect([...new Set(waits)]).toEqual(['10', '9', '8', '7', '6', '5', '4', '3', '2'])
  expect(shown.at(-1)).not.toContain('waiting')
  progress.limited(10_000)
  progress.end()
  await pass(5_000)
  expect(shown.at(-1)).toBe('')
})
