import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browse } from '../world/browser.ts'
import { IS_LINUX } from '../world/linux.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { openPty, PTY } from '../world/pty.ts'
import { fileStore, loginArgs } from './sign-in.ts'

let provider: Provider
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  machine = await openMachine()
})
afterEach(() => machine.close())

/** `set -m`, as in a shell that a person types at: what ends in `&` is in a process group of its own. */
const SHELL = { commands: [...PTY.commands, 'bash'], packages: [...PTY.packages, 'bash'] }
const inShell = (end: string, args: readonly string[]) =>
  openPty(machine, ['bash', '-mc', `${[process.execPath, BINARY, ...args].join(' ')} ${end}`], {
    env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' },
  })

describe.skipIf(!IS_LINUX || !needs(SHELL))('login in the background of a shell', () => {
  const login = () => [...loginArgs(provider), ...fileStore(machine)]
  const PASTE = /paste the address/

  it('goes on when a key is pressed, which is not for it', async () => {
    const pty = inShell('& wait $!', login())
    const [, url] = await pty.sees(/^ {2}(http\S+\/auth\?\S+)\r$/m)
    pty.press('x\r')
    await browse(url as string, { user: 'alice' })
    expect(await pty.ended).toBe(0)
    expect(pty.screen).toContain('Signed in as alice@example.test.')
    expect(pty.screen).not.toMatch(PASTE)
  })

  it('--paste ends as at the end of the input', async () => {
    const pty = inShell('& wait $!', [...login(), '--paste'])
    expect(await pty.ended).toBe(4)
  })
})

it.skipIf(!IS_LINUX || !needs(SHELL))('a passphrase is not asked for in the background', async () => {
  const pty = inShell('& wait $!', [...loginArgs(provider), '--store', 'file', '--no-browser'])
  expect(await pty.ended).toBeGreaterThan(0)
  expect(pty.screen).toContain('stdin is not a terminal')
})
