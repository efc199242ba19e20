import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

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
    const { ended, page } = await signIn(machine, [...loginArgs(provider), ...fileStore(machine)])
    expect(ended).toMatchObject({ exit: 0, stdout: '' })
    expect(page.body).toContain('You are signed in')
    const token = await machine.run(['token'])
    expect(token).toMatchObject({ exit: 0, stderr: '' })
    expect(provider.secrets).toContain(token.stdout.trim())
    expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 0, stderr: '' })
    expect(provider.refreshCount()).toBe(1)
    const who = await machine.run(['whoami'])
    expect(who.stdout).toMatch(/^alice@example\.test\n/)
    expect(who.stdout).toContain('signature verified')
    const logout = await machine.run(['logout'])
    expect(logout).toMatchObject({ exit: 0, stdout: '' })
    expect(logout.stderr).toContain('refresh token revoked')
    expect(await machine.run(['token'])).toMatchObject({ exit: 3, stdout: '' })
  })
})
