import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { faultyFiles } from '../../session/faulty-files.ts'
import { CookieJar } from '../../world/cookie-jar.ts'
import { program } from '../../world/program.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider({ accessTokenSeconds: 600 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  expect((await login()).exit).toBe(0)
})
afterEach(async () => {
  provider.tamper = {}
  await world.close()
})

const login = () =>
  world.type(`ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`)
const token = (flags = '') => world.type(`ls-auth token ${flags}`)
const minutes = (count: number) => count * 60_000

async function sessionDirectory(): Promise<string> {
  const [name] = await readdir(join(world.stateDirectory, 'sessions'))
  return join(world.stateDirectory, 'sessions', name as string)
}
/** Dies (as far as the program can tell) at the nth call of one file operation. */
function failing(operation: keyof Files, matches: (path: string) => boolean, code = 'ENOSPC'): Files {
  return {
    ...realFiles,
    [operation]: async (...args: unknown[]) => {
      if (matches(String(args[0]))) throw Object.assign(new Error(code), { code })
      return (realFiles[operation] as (...all: unknown[]) => unknown)(...args)
    },
  }
}

describe('a warm token', () => {
  it('one look at each directory on the way and at the file, one read of it, and no directory is listed', async () => {
    const files = faultyFiles()
    world.override = { files: async () => files }
    expect((await token()).exit).toBe(0)
    expect(files.calls.filter((call) => !call.includes('.toml'))).toEqual([
      // Of the settings.
      'inspect ls-auth',
      'inspect ls-auth',
      'inspect sessions',
      expect.stringMatching(/^inspect [0-9a-f]{24}$/),
      'inspect session',
      'read session',
      // Behind the print: the record.
      'append audit.jsonl',
    ])
  })

  it('an API that was never confirmed is refused before the keychain is asked', async () => {
    const before = world.keychain.calls.length
    const outcome = await world.type('ls-auth token --api https://elsewhere.example.com')
    expect(outcome.exit).toBe(10)
    expect(world.keychain.calls).toHaveLength(before)
  })
})

describe('renewing', () => {
  it('one token POST and nothing else, and the rotated token is used the next time', async () => {
    const before = { all: provider.requests.length, refreshes: provider.refreshCount() }
    for (let turn = 1; turn <= 3; turn++) {
      world.clockOffset += minutes(10)
      expect((await token()).exit).toBe(0)
      expect(provider.requests.length - before.all).toBe(turn)
      expect(provider.refreshCount() - before.refreshes).toBe(turn)
    }
    expect(provider.grantsRevoked()).toBe(0)
    // The keychain item is written once for a sign-in (and once by the probe), never at a renewal.
    expect(world.keychain.calls.filter((call) => call === 'set')).toHaveLength(2)
  })

  it('a provider that is away: the valid token is handed out with a warning, else exit 6, and the session lives', async () => {
    provider.tamper = {
      tokenError: () => ({ status: 503, raw: '' }),
      tokenResponse: () => ({ status: 503, raw: '' }),
    }
    world.clockOffset = minutes(9) + 15_000
    const bridged = await token()
    expect(bridged).toMatchObject({ exit: 0 })
    expect(bridged.stderr).toMatch(/^warning: /)
    world.clockOffset = minutes(11)
    expect((await token()).exit).toBe(6)
    provider.tamper = {}
  })

  it('a dead refresh token ends the session: exit 3, said so', async () => {
    provider.tamper = {
      tokenResponse: () => ({
        status: 400,
        headers: { 'content-type': 'application/json' },
        raw: '{"error":"invalid_grant"}',
      }),
    }
    world.clockOffset = minutes(11)
    const outcome = await token()
    expect(outcome.exit).toBe(3)
    expect(outcome.stderr).toContain('the provider refused to renew it')
  })

  it('another account in the renewed ID token: exit 10, nothing is saved', async () => {
    const path = join(await sessionDirectory(), 'session')
    provider.tamper = {
      tokenResponse: async (body) => {
        const [, payload] = String((body as { id_token: string }).id_token).split('.')
        const claims = JSON.parse(Buffer.from(payload as string, 'base64url').toString())
        return { ...body, id_token: await provider.signIdToken({ ...claims, sub: 'mallory' }) }
      },
    }
    world.clockOffset = minutes(11)
    const outcome = await token()
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).toContain('another account')
    expect((await readFile(path)).length).toBeGreaterThan(0)
  })
})

describe('each row of the recovery table that one process can reach', () => {
  it('killed before the POST: the same token is sent once more and succeeds', async () => {
    const revoked = provider.grantsRevoked()
    world.clockOffset = minutes(11)
    const { openHttp } = await import('../../../src/system/http/http.ts')
    world.override = {
      http: async (settings) => {
        const http = await openHttp(settings, { variables: {} } as never)
        return {
          ...http,
          send: async (request) => {
            if (request.method === 'POST') throw new Error('the process dies here')
            return http.send(request)
          },
        }
      },
    }
    expect((await token()).exit).not.toBe(0)
    world.override = {}
    expect(await token()).toMatchObject({ exit: 0, stderr: '' })
    expect(provider.grantsRevoked()).toBe(revoked)
  })

  it('killed in flight: sent once more, then exit 3 with that reason', async () => {
    const revoked = provider.grantsRevoked()
    world.clockOffset = minutes(11)
    provider.tamper = {
      intercept: (_request, response, body) => {
        if (!body.includes('refresh_token')) return false
        response.destroy()
        return true
      },
    }
    await token()
    provider.tamper = {}
    // Spend it behind the program's back, as the interrupted process would have.
    provider.tamper = { tokenResponse: () => ({ status: 502, raw: 'lost' }) }
    await token()
    provider.tamper = {}
    const outcome = await token()
    expect(outcome.exit).toBe(3)
    expect(outcome.stderr).toContain('renewal was interrupted')
    expect(provider.grantsRevoked()).toBe(revoked + 1)
  })

  it('login killed between item and rename: the old session is intact, the orphan is swept and not revoked', async () => {
    world.visitor = { user: 'alice', cookies: new CookieJar() }
    expect((await login()).exit).toBe(0)
    const old = (await token()).stdout
    const revoked = provider.revocations()
    world.override = { files: async () => failing('rename', (path) => /session\.\d+\.tmp$/.test(path)) }
    expect((await login()).exit).toBe(6)
    world.override = {}
    expect(world.keychain.items.size).toBe(2)
    expect((await token()).stdout).toBe(old)
    // The first renewal sweeps.
    for (const turn of [1, 2]) {
      world.clockOffset = turn * minutes(11)
      expect((await token()).exit).toBe(0)
    }
    expect(world.keychain.items.size).toBe(1)
    // Both sign-ins came from one browser, and may have one grant.
    expect(provider.revocations()).toBe(revoked)
  })

  it('a sign-out that the keychain refuses is exit 8 as often as it is tried, and is finished once it can be', async () => {
    world.keychain.locked = true
    world.keychain.fail.set = new program.Failure('keychain-locked', 'the keychain is locked')
    for (const line of ['ls-auth logout', 'ls-auth logout', 'ls-auth logout --all']) {
      const { exit, stderr } = await world.type(line)
      expect([line, exit]).toEqual([line, 8])
      expect(stderr).toMatch(/^The sign-out of \w+ is not finished\. /m)
      expect(stderr).toContain('  on this machine   not removed yet: the keychain is locked\n')
      expect(stderr).toContain('  at the provider   not revoked yet\n')
      expect(stderr).toMatch(
        /\nhint: Let ls-auth reach the keychain. Then finish the sign-out: ls-auth logout/,
      )
      expect(stderr).not.toMatch(/Signed out|sign in again|--store/)
    }
    const status = await world.type('ls-auth status')
    expect(status.stderr).toMatch(
      /its sign-out is not finished, and its session may still exist at the provider. To finish it: ls-auth logout --profile \w+\n/,
    )
    expect((await token()).exit).toBe(3)
    world.keychain.locked = false
    world.keychain.fail = {}
    const finished = await world.type('ls-auth logout')
    expect(finished.exit).toBe(0)
    expect(finished.stderr).toContain('an earlier sign-out was finished')
    expect(world.keychain.items.size).toBe(0)
    expect((await world.type('ls-auth logout')).stderr).toContain('nothing to do')
  })
})

describe('proxy, ca_file and client_cert of a file, changed after the sign-in', () => {
  const LINE = 'proxy = "http://127.0.0.1:9791"'
  const change = (line = LINE) =>
    world.editConfig((text) =>
      text.replace(/^proxy = .*\n/m, '').replace('[profiles.default]\n', `$&${line}\n`),
    )

  it.each(['token', 'whoami'])('%s is exit 10, and sends nothing', async (line) => {
    await change()
    const before = provider.requests.length
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
    expect(stderr).toMatch(
      /^error: proxy changed after the sign-in\nhint: If you meant to change it, confirm with: ls-auth login/,
    )
    expect(stderr).toContain('proxy: http://127.0.0.1:9791; confirmed: not set')
    expect(provider.requests.length).toBe(before)
  })

  it('a login confirms it, and another change is one again', async () => {
    await change()
    expect((await login()).exit).toBe(0)
    expect((await token()).exit).toBe(0)
    await change('')
    expect((await token()).stderr).toContain('proxy: not set; confirmed: http://127.0.0.1:9791')
  })
})
