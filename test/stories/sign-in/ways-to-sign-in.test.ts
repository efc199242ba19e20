import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { approveDevice, browse } from '../../world/browser.ts'
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
  provider.tamper = {}
  await world.close()
})

const command = (flags: string) =>
  `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 ${flags}`

/** Waits until the running command has said something that fits. */
async function said(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = pattern.exec(world.said)?.[1]
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const printedUrl = async () => new URL(await said(/^ {2}(http\S+)$/m))

describe('without a browser on this machine', () => {
  it('--no-browser prints the address, and no browser opens', async () => {
    const running = world.type(command('--no-browser'))
    await browse((await printedUrl()).href, { user: 'bob' })
    expect((await running).stderr).toContain('Signed in as bob@example.test.')
  })

  it('--paste takes the address the other browser ended on', async () => {
    world.stdin = [
      async () => (await browse((await printedUrl()).href, { user: 'alice', stopAt: 'callback' })).url,
    ]
    const outcome = await world.type(command('--paste'))
    expect(outcome.stderr).toContain('Signed in as alice@example.test.')
  })

  it('--paste says what is wrong with an address and asks again; a wrong state is never taken', async () => {
    const address = async () =>
      new URL((await browse((await printedUrl()).href, { user: 'alice', stopAt: 'callback' })).url)
    world.stdin = [
      'hello',
      async () => {
        const url = await address()
        url.searchParams.set('state', 'somebody-elses')
        return url.href
      },
    ]
    const outcome = await world.type(command('--paste'))
    expect(outcome.exit).toBe(4)
    expect(outcome.stderr).toContain('That is not a URL')
    expect(outcome.stderr).toContain('belongs to another sign-in')
    expect(provider.count('POST', '/token', 'authorization_code')).toBe(2)
  })

  it('a device code is shown with the host of its page, confirmed elsewhere, and signs in', async () => {
    const running = world.type(command('--device'))
    const userCode = await said(/enter the code {2}(\S+)/)
    const verificationUri = await said(/Go to {2}(\S+)/)
    expect(world.said).toContain(`The page is on ${new URL(verificationUri).host}.`)
    await approveDevice({ verificationUri, userCode }, { user: 'carol' })
    expect((await running).stderr).toContain('Signed in as carol@example.test.')
  })

  it('a device sign-in that is declined is exit 4', async () => {
    const running = world.type(command('--device'))
    const userCode = await said(/enter the code {2}(\S+)/)
    const verificationUri = await said(/Go to {2}(\S+)/)
    await approveDevice({ verificationUri, userCode }, { user: 'carol', decision: 'deny' })
    expect((await running).exit).toBe(4)
  })

  it('a code nobody confirms ends in 4 when it expires, asked at the pace that was set', async () => {
    const before = provider.requests.length
    provider.tamper = { deviceResponse: (body) => ({ ...body, expires_in: 3, interval: 1 }) }
    const outcome = await world.type(command('--device'))
    expect(outcome.exit).toBe(4)
    expect(outcome.stderr).toContain('not confirmed in time')
    const polls = provider.requests.slice(before).filter(({ path }) => path === '/token')
    expect(polls.length).toBeGreaterThan(0)
    expect(polls.length).toBeLessThanOrEqual(2)
  })

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://idp.example/device',
    'https://a@evil.example/',
    'https://:password@evil.example/',
  ])('a device page at %s is neither shown nor opened: exit 10', async (address) => {
    provider.tamper = { deviceResponse: (body) => ({ ...body, verification_uri: address }) }
    const outcome = await world.type(command('--device'))
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).not.toContain('Go to')
  })
})

describe('over SSH', () => {
  beforeEach(() => {
    world.variables.SSH_CONNECTION = '198.51.100.7 50222 192.0.2.10 2222'
    world.variables.USER = 'ada'
    world.tty = true
  })

  it('opens no browser, names the ssh line for the port that listens, and takes the redirect through it', async () => {
    const running = world.type(command(''))
    const address = await printedUrl()
    const port = new URL(address.searchParams.get('redirect_uri') as string).port
    expect(world.said).toContain('This is an SSH session')
    expect(world.said).toContain(`  ssh -N -L ${port}:127.0.0.1:${port} -p 2222 ada@192.0.2.10\n`)
    await browse(address.href, { user: 'alice' })
    expect((await running).stderr).toContain('Signed in as alice@example.test.')
    expect(world.opened).toEqual([])
  })

  it('a short address leads there, too, and the long one stays good for another browser', async () => {
    const short = () => said(/^ {2}(http:\S+\/start\/\S+)$/m)
    const running = world.type(command(''))
    const address = await short()
    expect(`  ${address}`.length).toBeLessThanOrEqual(80)
    expect(world.said).toContain('Or, with the port forwarded:')
    await browse(address, { user: 'alice' })
    expect((await running).stderr).toContain('Signed in as alice@example.test.')
    world.said = ''
    const second = world.type(command(''))
    // A look with one browser, then the sign-in with another.
    expect((await fetch(await short(), { redirect: 'manual' })).status).toBe(302)
    await browse((await printedUrl()).href, { user: 'alice' })
    expect((await second).exit).toBe(0)
  })
})

describe('the listener', () => {
  /** A raw request to the listener, with any host and method. */
  const knock = (url: URL, options: { method?: string; host?: string; path: string }) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: url.port,
          method: options.method ?? 'GET',
          path: options.path,
          headers: options.host ? { host: options.host } : {},
        },
        (answer) => {
          let body = ''
          answer.on('data', (part) => {
            body += part
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
        },
      )
      call.on('error', reject)
      call.end()
    })

  it('turns everything away but the answer with the right state, and goes on waiting', async () => {
    const running = world.type(command('--no-browser'))
    const address = await printedUrl()
    const redirect = new URL(address.searchParams.get('redirect_uri') as string)
    const state = address.searchParams.get('state') as string
    const refused: [Parameters<typeof knock>[1], number][] = [
      [{ path: '/favicon.ico' }, 404],
      [{ path: '/callback' }, 400],
      [{ path: '/callback?error=access_denied&state=wrong' }, 400],
      [{ path: `/callback?state=${state}x&code=1` }, 400],
      [{ path: `/callback?state=${state}&state=${state}&code=1` }, 400],
      [{ path: `/callback?state=${state}&code=1`, method: 'POST' }, 405],
      [{ path: `/callback?state=${state}&code=1`, host: 'rebind.test' }, 421],
      [{ path: `/callback?state=${state}&code=1`, host: `localhost:${redirect.port}` }, 421],
    ]
    for (const [knocking, status] of refused) {
      const answer = await knock(redirect, knocking)
      expect([knocking, answer.status]).toEqual([knocking, status])
      expect(answer.body).not.toContain('code=1')
    }
    const page = await browse(address.href, { user: 'alice' })
    expect(page).toMatchObject({ status: 200 })
    expect(page.body).toContain('You are signed in as alice@example.test.')
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect((await running).exit).toBe(0)
    await expect(knock(redirect, { path: '/' })).rejects.toThrow()
  })

  it('shows the browser that the sign-in failed, and nothing of why', async () => {
    provider.tamper = {
      tokenResponse: () => ({
        status: 400,
        raw: '{"error":"invalid_grant","error_description":"<script>"}',
        headers: { 'content-type': 'application/json' },
      }),
    }
    const running = world.type(command('--no-browser'))
    const page = await browse((await printedUrl()).href, { user: 'alice' })
    expect(page.body).toContain('The sign-in did not succeed.')
    expect(page.body).not.toContain('<script>')
    expect((await running).exit).toBe(6)
  })

  it('tries the fixed ports in order, and names them when all are taken', async () => {
    const { listen } = await import('../../../src/session/flow/loopback.ts')
    const first = await listen({ host: '127.0.0.1', ports: 'any', path: '' })
    const port = Number(new URL(first.redirectUri).port)
    const outcome: Outcome = await world.type(command('--no-browser').replace('--port 0', `--port ${port}`))
    await first.finish('done')
    expect(outcome.exit).toBe(2)
    expect(outcome.stderr).toContain(`port ${port} is in use`)
    expect(outcome.stderr).toContain('--device')
  })
})
