import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browse } from '../../world/browser.ts'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../../world/keyring-session.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { inFull, needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { loginArgs } from '../sign-in.ts'

const hasTerminal = needs({ commands: ['script'], packages: ['bsdutils'] })

describe('without a keychain', () => {
  it('login ends with the commands that set up a file store, before anybody is asked', async () => {
    const machine = await openMachine()
    const issuer = await startProvider()
    try {
      const args = ['login', '--no-browser', '--issuer', issuer.issuer, '--client-id', issuer.clientId]
      const { exit, stdout, stderr } = await machine.run(args)
      expect({ exit, stdout }).toEqual({ exit: 8, stdout: '' })
      // Which of the two depends on the machine: without the library there is nothing to ask the bus with.
      expect(stderr).toMatch(
        /^error: (there is no keychain in .*|the keychain library cannot .*)\nhint: .*\n$/,
      )
      // The typed line with what to add: there is no profile yet that would know the rest.
      expect(stderr).toContain(`ls-auth ${args.join(' ')} --store file --store-key-file ~/.ls-auth.key\n`)
      expect(stderr).not.toContain('Open this address')
    } finally {
      await Promise.all([machine.close(), issuer.close()])
    }
  })
})

describe.skipIf(!hasKeyring())('a session in the keychain, one process a command', () => {
  let provider: Provider
  let session: KeyringSession
  let machine: Machine
  let opened: string
  beforeAll(async () => {
    provider = await startProvider()
    session = await openKeyringSession()
    machine = await openMachine()
    opened = join(machine.home, 'opened')
    const browser = join(machine.home, 'browser.sh')
    await writeFile(
      browser,
      `#!/bin/sh\nprintf '%s' "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`,
    )
    await chmod(browser, 0o755)
    const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = session.env
    Object.assign(machine.env, { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, BROWSER: browser })
  })
  afterAll(async () => {
    await Promise.all([provider.close(), session.close(), machine.close()])
  })

  it('signs in through the browser the system starts; another program finds the item', async () => {
    const login = machine.start(loginArgs(provider))
    const url = await contentOf(opened)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/start\//)
    expect((await browse(url, { user: 'alice' })).body).toContain('You are signed in')
    const { exit, stdout, stderr } = await login.ended
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toContain('Signed in as alice@example.test.')
    const items = await session.search('ls-auth')
    expect(items.match(/attribute\.account = .*/g)).toEqual([
      expect.stringMatching(/^attribute\.account = [0-9a-f]{24}\|[\w-]{16}$/),
    ])
    expect(items).toMatch(/^secret = 1\.[\w-]{43}\.[\w-]+$/m)
  })

  it('a new process has the token without a request', async () => {
    const before = provider.connections
    const { exit, stdout, stderr } = await machine.run(['token'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(provider.secrets).toContain(stdout.trim())
    expect(provider.connections).toBe(before)
  })

  it('renews with the refresh token of the item, which is not written again', async () => {
    const before = await session.search('ls-auth')
    const { exit, stdout } = await machine.run(['token', '--min-ttl', '60m'])
    expect(exit).toBe(0)
    expect(provider.secrets).toContain(stdout.trim())
    expect(provider.refreshCount()).toBe(1)
    expect(await session.search('ls-auth')).toBe(before)
  })

  it('Ctrl-C ends a command whose keychain is stuck, at once', async () => {
    session.freeze()
    const token = machine.start(['token'])
    await sleep(700)
    token.child.kill('SIGINT')
    // Without a look at signals it would end with 8, when the keychain is given up.
    expect((await token.ended).signal).toBe('SIGINT')
    session.thaw()
  })

  it.skipIf(!hasTerminal)('a person at a terminal is told of the wait, and is served after it', async () => {
    session.freeze()
    const line = `'${process.execPath}' '${BINARY}' token`
    // `script` gives it a terminal, and shows here what would show there.
    const waiting = machine.command('script', ['-qfec', line, '/dev/null'], { stdin: null })
    await waiting.printed(/waiting for the keychain \(it may be asking for your password\)/)
    session.thaw()
    const { exit, stdout, milliseconds } = await waiting.ended
    expect(exit).toBe(0)
    expect(milliseconds).toBeGreaterThan(1_000)
    expect(provider.secrets).toContain(stdout.trim().split(/\s+/).at(-1))
  })

  // 5 s by the clock where a processor is free, which the other tests may not grant: see response-budget.test.ts.
  it.skipIf(!inFull('a command whose keychain stays stuck'))(
    'a stuck keychain ends the command, with two lines and the status the platform allows',
    async () => {
      session.freeze()
      const { exit, signal, stdout, stderr } = await machine.run(['token'])
      session.thaw()
      expect({ exit, signal, stdout }).toEqual(
        'execve' in process
          ? { exit: 8, signal: null, stdout: '' }
          : { exit: null, signal: 'SIGKILL', stdout: '' },
      )
      expect(stderr).toMatch(/^error: the keychain did not answer in time\nhint: .*--store file.*\n$/)
    },
  )

  it('signs out: the item is gone, and the refresh token is dead', async () => {
    const { exit, stdout, stderr } = await machine.run(['logout'])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toContain('on this machine   deleted\n  at the provider   refresh token revoked\n')
    expect(await session.search('ls-auth')).toBe('')
    expect(provider.liveRefreshTokens()).toBe(0)
    expect(await machine.run(['token'])).toMatchObject({ exit: 3, stdout: '' })
  })
})

/** What a file holds, as soon as somebody has put it there. */
async function contentOf(path: string): Promise<string> {
  for (let left = 200; left > 0; left -= 1) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') return text
    await sleep(50)
  }
  throw new Error(`nothing came to ${path}`)
}
