import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { liveThroughSession } from './whole-session.ts'

/** The program under test: `LS_AUTH_BIN` names the one of a packed install, else it is the one built here. */
const binary = process.env.LS_AUTH_BIN ? resolve(process.env.LS_AUTH_BIN) : BINARY

describe('the program as it is installed', () => {
  let provider: Provider
  let machine: Machine
  beforeAll(async () => {
    provider = await startProvider()
    machine = await openMachine({ binary })
  })
  afterAll(() => Promise.all([provider.close(), machine.close()]))

  it('signs in, hands out a token, renews it, says who it is, signs out', async () => {
    await liveThroughSession(machine, provider)
  })
})
