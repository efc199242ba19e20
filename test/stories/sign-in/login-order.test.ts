import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browse } from '../../world/browser.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ secrets: () => provider.secrets })
})
afterEach(() => world.close())

const login = (flags = '') =>
  world.type(`ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 ${flags}`)

async function printedUrl(): Promise<string> {
  for (;;) {
    const found = /^ {2}(http\S+\/auth\?\S+)$/m.exec(world.said)?.[1]
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a login whose issuer does not answer', () => {
  it.each(['--store keychain', '--store file'])(
    '%s: leaves no key file and no session directory',
    async (store) => {
      const keyFile = join(world.home, 'key')
      const more = store.endsWith('file') ? `--store-key-file ${keyFile}` : ''
      const { exit } = await world.type(
        `ls-auth login --issuer http://127.0.0.1:9 --client-id x ${store} ${more}`,
      )
      expect(exit).toBe(6)
      expect(await readdir(world.home)).toEqual([])
      expect(world.keychain.calls).toEqual([])
    },
  )
})

describe('without a display', () => {
  beforeEach(() => {
    delete world.variables.DISPLAY
    delete world.variables.WAYLAND_DISPLAY
    world.variables.SSH_CONNECTION = '198.51.100.7 50222 192.0.2.10 22'
  })

  it('the address to open comes first, and then what to do with the one the browser ends on', async () => {
    world.tty = true
    const running = login()
    await browse(await printedUrl(), { user: 'alice' })
    expect((await running).exit).toBe(0)
    const [reason, open, paste, device] = [
      /This is an SSH session/,
      /Open this address to sign in/,
      /[Pp]aste the address the browser ends up at here/,
      /To sign in with a code on another device, press d and Enter/,
    ].map((pattern) => world.said.search(pattern)) as [number, number, number, number]
    expect(reason).toBeGreaterThanOrEqual(0)
    expect(open).toBeGreaterThan(reason)
    expect(paste).toBeGreaterThan(open)
    expect(device).toBeGreaterThan(paste)
  })

  it('in CI people cannot sign in at all: exit 2 at once, with what to do instead', async () => {
    const LINE = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`
    delete world.variables.SSH_CONNECTION
    Object.assign(world.variables, { CI: 'true', container: 'docker' })
    const before = provider.requests.length
    const { exit, stderr } = await login()
    expect({ exit, asked: provider.requests.length - before }).toEqual({ exit: 2, asked: 0 })
    expect(stderr).toBe(
      'error: cannot sign in: this is a CI job without a browser or a terminal\n' +
        `hint: Pass a token in LS_AUTH_TOKEN. To wait for a browser elsewhere: ${LINE} --no-browser\n`,
    )
  })
})
