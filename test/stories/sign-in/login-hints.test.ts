import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { browse } from '../../world/browser.ts'
import { program } from '../../world/program.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider({ deviceInterval: 1 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ secrets: () => provider.secrets })
})
afterEach(async () => {
  vi.useRealTimers()
  provider.tamper = {}
  await world.close()
})

const withoutDevice = () => {
  provider.tamper = { discovery: ({ device_authorization_endpoint: _, ...rest }) => rest }
}
const first = () => `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId}`
const hintOf = ({ stderr }: Outcome) => /^hint: (.*)$/m.exec(stderr)?.[1]
/** The command in a hint, to be typed as it stands. */
const commandIn = (outcome: Outcome) => /ls-auth login.*$/.exec(hintOf(outcome) ?? '')?.[0] as string

describe('a hint of a first sign-in is the typed line with what to add', () => {
  it('no device flow: --paste in place of --device, and the line works', async () => {
    withoutDevice()
    const outcome = await world.type(`${first()} --port 0 --scope "openid email" --device`)
    expect(outcome.exit).toBe(2)
    expect(commandIn(outcome)).toBe(`${first()} --port 0 --scope 'openid email' --paste`)
    world.stdin = [
      async () => {
        const url = /^ {2}(http\S+)$/m.exec(world.said)?.[1] as string
        return (await browse(url, { user: 'alice', stopAt: 'callback' })).url
      },
    ]
    expect((await world.type(commandIn(outcome))).stderr).toContain('Signed in as alice@example.test.')
  })

  it('no keychain: the file store, its path as a shell expands it', async () => {
    const hint =
      'To keep the session in an encrypted file: ls-auth login --store file --store-key-file ~/.ls-auth.key'
    world.keychain.fail.set = new program.Failure('keychain-unavailable', 'there is no keychain', { hint })
    expect(hintOf(await world.type(`${first()} --profile work`))).toBe(
      `To keep the session in an encrypted file: ${first()} --profile work --store file --store-key-file ~/.ls-auth.key`,
    )
  })
})

describe('a port that is taken', () => {
  it.each([
    ['where a code can be had', '--device', () => {}],
    ['where none can be had', '--paste', withoutDevice],
  ])('%s: the way on is %s', async (_, way, prepare) => {
    prepare()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const outcome = await world.type(`${first()} --no-browser --port ${port}`)
    other.close()
    expect(outcome.exit).toBe(2)
    expect(hintOf(outcome)).toContain('--port')
    expect(commandIn(outcome)).toBe(`${first()} --port ${port} ${way}`)
  })
})

describe('a page that never answers, such as one about a wrong redirect URI', () => {
  it('after a while the terminal says what the provider must know; after five minutes it gives up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const running = world.type(`${first()} --no-browser --port 0`)
    while (!/^ {2}http\S+$/m.test(world.said)) await new Promise((resolve) => setImmediate(resolve))
    const redirect = /redirect_uri=([^&]+)/.exec(world.said)?.[1] as string
    const { port } = new URL(decodeURIComponent(redirect))
    expect(world.said).not.toContain('Still waiting')
    vi.advanceTimersByTime(20_000)
    expect(world.said).toMatch(
      new RegExp(
        'Still waiting\\. If the page reports an unknown client or redirect URI, register these with your identity provider:\n' +
          ` {2}client id {5}${provider.clientId}\n` +
          ` {2}redirect URI {2}http://127\\.0\\.0\\.1/callback \\(port ${port} this time\\)\n` +
          'Registered with another client or port\\? Use: ls-auth login --client-id ID --port N\n',
      ),
    )
    vi.advanceTimersByTime(280_000)
    const outcome = await running
    expect(outcome.exit).toBe(4)
    expect(outcome.stderr).toContain('error: no answer from the browser within 5 minutes\n')
    expect(hintOf(outcome)).toContain('--client-id')
    expect(hintOf(outcome)).toContain('--port')
    expect(hintOf(outcome)).toContain(`Without a browser: ${first()} --port 0 --device`)
    expect(outcome.stderr).toContain(`  client id     ${provider.clientId}\n`)
  })
})
