import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browse } from '../../world/browser.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openPty, PTY } from '../../world/pty.ts'

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

const ENTER = '\r'
const login = (flags: readonly string[] = []) =>
  openPty(machine, [process.execPath, BINARY, 'login', '--port', '0', ...flags])
const FIRST = /identity provider \(issuer\): $/

describe.skipIf(!needs(PTY))('the questions of a first login, in a real terminal', () => {
  it('are answered key by key, and end in a sign-in', async () => {
    const pty = login(['--store', 'file', '--store-key-file', machine.keyFile, '--no-browser'])
    await pty.sees(FIRST)
    pty.press(`x${'\u007f'}${provider.issuer}${ENTER}`)
    await pty.sees(/or "later": $/)
    pty.press(`later${ENTER}`)
    await pty.sees(/Client id: $/)
    pty.press(`${provider.clientId}${ENTER}`)
    await pty.sees(/\[work\]: $/)
    pty.press(ENTER)
    const [, url] = await pty.sees(/^ {2}(http\S+\/auth\?\S+)\r$/m)
    await browse(url as string, { user: 'alice' })
    expect(await pty.ended).toBe(0)
    expect(pty.screen).toContain('Signed in as alice@example.test.')
    expect(await readFile(machine.configFile, 'utf8')).toContain('[profiles.work]')
  })

  it('are not asked of an agent, which may have a terminal; nor are there colours', async () => {
    const pty = openPty(machine, [process.execPath, BINARY, 'login'], { env: { CLAUDECODE: '1' } })
    expect(await pty.ended).toBe(2)
    expect(pty.screen).toMatch(/^error: there is no profile yet\r?\nhint: /)
  })
})
