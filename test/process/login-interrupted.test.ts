import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'
import type { DeviceRule } from '../world/simulator/behaviour.ts'
import { okta } from '../world/simulator/behaviours/okta.ts'
import { type Simulator, startSimulator } from '../world/simulator/simulator.ts'
import { fileStore, loginArgs } from './sign-in.ts'

/** Ctrl-C when the tokens have come and are not stored yet: nobody would ever end them. */

const device = okta.device as DeviceRule
let machine: Machine
let simulator: Simulator
beforeEach(async () => {
  machine = await openMachine()
  simulator = await startSimulator({
    ...okta,
    device: { ...device, answer: { ...device.answer, interval: 1 } },
  })
})
afterEach(() => Promise.all([machine.close(), simulator.close()]))

/** Signs in by a code, and sends SIGINT when the program asks for this; the number of times it is sent. */
async function interrupted(path: string, times = 1) {
  const running = machine.start([
    ...loginArgs({ issuer: simulator.issuer, clientId: okta.clientId }),
    ...fileStore(machine),
    '--device',
  ])
  while (!simulator.requests.some((request) => request.path === path))
    await new Promise((resolve) => setTimeout(resolve, 20))
  for (let time = 0; time < times; time++) {
    running.child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return running.ended
}

it.each([1, 2])(
  'while the keys do not come: the tokens are revoked (Ctrl-C pressed %i times)',
  async (times) => {
    simulator.hideKeys('hanging')
    expect(await interrupted(okta.paths.jwks, times)).toMatchObject({ exit: null, signal: 'SIGINT' })
    expect(simulator.asked('token')).toHaveLength(1)
    expect(simulator.asked('revoke')).toHaveLength(1)
    expect(simulator.liveRefreshTokens).toBe(0)
  },
)

it('while the keys come late: what is being revoked is not stored', async () => {
  simulator.slowDown(okta.paths.jwks, 400)
  simulator.slowDown(okta.paths.revoke ?? '', 900)
  expect(await interrupted(okta.paths.jwks, 2)).toMatchObject({ exit: null, signal: 'SIGINT', stdout: '' })
  expect(simulator.asked('revoke')).toHaveLength(1)
  expect((await machine.run(['token'])).exit).toBe(3)
})

it('while the person has not confirmed yet: nothing is there to be revoked', async () => {
  simulator.pollsMeet(...Array<'pending'>(9).fill('pending'))
  expect(await interrupted(okta.paths.token)).toMatchObject({ exit: null, signal: 'SIGINT' })
  expect(simulator.asked('revoke')).toHaveLength(0)
})
