import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inOrder } from '../../../src/commands/trace/batch/in-order.ts'

/** Works on numbers; each takes so many turns of the event loop and gives so many bytes. */
async function run(
  tasks: readonly (readonly [turns: number, bytes: number])[],
  mostBytes: number,
  fails = -1,
) {
  let [running, most, begun, given, mostAhead, waiting, mostWaiting] = [0, 0, 0, 0, 0, 0, 0]
  const results: number[] = []
  const work = async (n: number) => {
    const [turns, bytes] = tasks[n] ?? [0, 0]
    running += 1
    begun += 1
    most = Math.max(most, running)
    mostAhead = Math.max(mostAhead, begun - given)
    for (let i = 0; i < turns; i++) await turn()
    running -= 1
    if (n === fails) throw new Error('stop')
    waiting += bytes
    mostWaiting = Math.max(mostWaiting, waiting)
    return { n, bytes }
  }
  const bounds = {
    workers: 3,
    ahead: 6,
    mostBytes,
    sizeOf: ({ bytes }: { n: number; bytes: number }) => bytes,
  }
  let error: unknown
  try {
    for await (const { n, bytes } of inOrder([...tasks.keys()], work, bounds)) {
      given += 1
      waiting -= bytes
      results.push(n)
    }
  } catch (thrown) {
    error = thrown
  }
  const begunAtEnd = begun
  for (let i = 0; i < 30; i++) await turn()
  return { results, most, mostAhead, mostWaiting, error, begunLater: begun - begunAtEnd }
}

const anyTasks = fc.array(fc.tuple(fc.nat(6), fc.nat(10)), { maxLength: 40 })

it('gives results in the order of the items, within all bounds', async () => {
  await fc.assert(
    fc.asyncProperty(anyTasks, fc.integer({ min: 1, max: 30 }), async (tasks, mostBytes) => {
      const { results, most, mostAhead, mostWaiting } = await run(tasks, mostBytes)
      expect(results).toEqual([...tasks.keys()])
      expect(most).toBeLessThanOrEqual(3)
      expect(mostAhead).toBeLessThanOrEqual(7)
      // Those that run when the bound is met may add theirs.
      expect(mostWaiting).toBeLessThanOrEqual(mostBytes + 3 * 10)
    }),
  )
})

it('after a failure it gives what stands before it, and begins nothing more', async () => {
  await fc.assert(
    fc.asyncProperty(anyTasks, fc.nat(39), async (tasks, at) => {
      const { results, error, begunLater } = await run(tasks, 1000, at)
      expect(results).toEqual([...tasks.keys()].slice(0, at))
      expect(error === undefined).toBe(at >= tasks.length)
      expect(begunLater).toBe(0)
    }),
  )
})
