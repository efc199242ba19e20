import { readdir, readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browse } from '../../world/browser.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openPty, PTY } from '../../world/pty.ts'
import { makeTrace } from '../../world/trace-data.ts'

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

  it('a Jaeger on this machine: two answers, and no sign-in', async () => {
    const jaeger = await startJaegerApi({ traces: [makeTrace({ seed: 7 })] })
    const pty = login()
    await pty.sees(FIRST)
    pty.press(`${new URL(jaeger.url).host}${ENTER}`)
    await pty.sees(/\[jaeger\]: $/)
    pty.press(ENTER)
    expect(await pty.ended).toBe(0)
    expect((await machine.run(['services'])).exit).toBe(0)
    await jaeger.close()
  })

  it('a machine without a keychain says so after the first answer, with the way out', async () => {
    const pty = login()
    await pty.sees(FIRST)
    pty.press(`${provider.issuer}${ENTER}`)
    expect(await pty.ended).toBe(8)
    expect(pty.screen).toContain('--store file --store-key-file')
    expect(await readdir(machine.home)).toEqual([])
  })

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['Ctrl-D', '\u0004', 4],
  ])('%s leaves nothing behind, and has a status of its own', async (_, key, exit) => {
    for (const later of [false, true]) {
      const pty = login(['--store', 'file', '--store-key-file', machine.keyFile])
      await pty.sees(FIRST)
      if (later) {
        pty.press(`${provider.issuer}${ENTER}`)
        await pty.sees(/or "later": $/)
      }
      pty.press(key)
      expect(await pty.ended).toBe(exit)
      expect(await readdir(machine.home)).toEqual([])
    }
  })

  it('are not asked of an agent, which may have a terminal; nor are there colours', async () => {
    const pty = openPty(machine, [process.execPath, BINARY, 'login'], { env: { CLAUDECODE: '1' } })
    expect(await pty.ended).toBe(2)
    expect(pty.screen).toMatch(/^error: there is no profile yet\r?\nhint: /)
  })

  it('are not asked when the answer goes to a file, or comes from one', async () => {
    const { exit, stderr } = await machine.run(['login'], { stdin: 'http://127.0.0.1:1\n' })
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: 'error: there is no profile yet\nhint: Run: ls-auth login --issuer URL --client-id ID\n',
    })
  })
})
