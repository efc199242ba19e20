import { expect, it } from 'vitest'
import { inTurn } from '../../src/mcp/serve.ts'

const never = new AbortController().signal

it('runs so many at once, the others in their order, and says when it is idle', async () => {
  const turns = inTurn(2)
  let [running, most] = [0, 0]
  const order: number[] = []
  const work = (n: number) => async () => {
    running += 1
    most = Math.max(most, running)
    order.push(n)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running -= 1
    return n
  }
  const all = [1, 2, 3, 4, 5].map((n) => turns.run(never, work(n)))
  await turns.idle()
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5])
  expect([most, order]).toEqual([2, [1, 2, 3, 4, 5]])
  await turns.idle()
})

it('does not begin what was cancelled meanwhile, and goes on after a failure', async () => {
  const turns = inTurn(1)
  const cancel = new AbortController()
  const first = turns.run(never, async () => Promise.reject(new Error('failed')))
  const second = turns.run(cancel.signal, async () => 'begun')
  const third = turns.run(never, async () => 'done')
  cancel.abort(new Error('cancelled'))
  await expect(first).rejects.toThrow('failed')
  await expect(second).rejects.toThrow('cancelled')
  expect(await third).toBe('done')
})
