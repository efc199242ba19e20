import { expect } from 'vitest'
import type { Machine } from '../world/machine.ts'
import type { Provider } from '../world/provider.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

/** The life of a session on a machine: sign in, a token, a renewal, who it is, sign out. */
export async function liveThroughSession(machine: Machine, provider: Provider): Promise<void> {
  const refreshes = provider.refreshCount()
  const { ended, page } = await signIn(machine, [...loginArgs(provider), ...fileStore(machine)])
  expect(ended).toMatchObject({ exit: 0, stdout: '' })
  expect(page.body).toContain('You are signed in')
  const token = await machine.run(['token'])
  expect(token).toMatchObject({ exit: 0, stderr: '' })
  expect(provider.secrets).toContain(token.stdout.trim())
  expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 0, stderr: '' })
  expect(provider.refreshCount() - refreshes).toBe(1)
  const who = await machine.run(['whoami'])
  expect(who.stdout).toMatch(/^alice@example\.test\n/)
  expect(who.stdout).toContain('signature verified')
  // jq comes with the program.
  const jq = await machine.run(['whoami', '--jq', '.. | strings | select(. == "alice@example.test")'])
  expect(jq.stdout).toMatch(/^(alice@example\.test\n)+$/)
  const logout = await machine.run(['logout'])
  expect(logout).toMatchObject({ exit: 0, stdout: '' })
  expect(logout.stderr).toContain('refresh token revoked')
  expect(await machine.run(['token'])).toMatchObject({ exit: 3, stdout: '' })
}
