import { afterEach, expect, it } from 'vitest'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** Many processes that need a new token while the provider is out of reach: one of them asks, and all hear of it. */
let place: Place
afterEach(() => place.close())

async function expired(): Promise<void> {
  place = await openPlace(okta)
  expect((await place.world.type('ls-auth login')).exit).toBe(0)
  place.pass(okta.accessSeconds + 1)
}

async function together(count: number, line: string) {
  const outcomes = await Promise.all(Array.from({ length: count }, () => place.world.type(line)))
  return {
    exits: [...new Set(outcomes.map(({ exit }) => exit))],
    said: [...new Set(outcomes.map(({ stderr }) => stderr))],
  }
}

it('a provider that is down: forty processes say so', async () => {
  await expired()
  await place.simulator.close()
  const { exits, said } = await together(40, 'ls-auth token')
  expect({ exits, said }).toEqual({
    exits: [6],
    said: [expect.stringMatching(/^error: cannot reach 127\.0\.0\.1:\d+: no program listens there\nhint: /)],
  })
})

it('a provider that hangs: it is asked once, and nobody waits twice', async () => {
  await expired()
  place.simulator.hang(true)
  const before = place.simulator.asked('token').length
  const { exits, said } = await together(3, 'ls-auth token --timeout 3')
  expect({ exits, said }).toEqual({ exits: [6], said: [expect.stringContaining('did not answer in time')] })
  expect(place.simulator.asked('token').length - before).toBe(1)
  place.simulator.hang(false)
  expect(await place.world.type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
})
