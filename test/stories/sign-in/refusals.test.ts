import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { program } from '../../world/program.ts'
import { type Provider, startProvider, type Tamper } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
})
afterEach(async () => {
  provider.tamper = {}
  await world.close()
})

const login = (flags = '') =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api https://gw.example --scope "${SCOPES}" ${flags}`,
  )

/** Neither keychain item, session file nor profile: as if the sign-in had never been tried. */
async function expectNothingKept(): Promise<void> {
  expect(world.keychain.items.size).toBe(0)
  const sessions = await readdir(join(world.stateDirectory, 'sessions')).catch(() => [])
  for (const name of sessions) {
    const files = await readdir(join(world.stateDirectory, 'sessions', name))
    expect(files.filter((file) => file === 'session' || file.startsWith('tombstone'))).toEqual([])
  }
  expect(await readdir(join(world.home, 'config', 'ls-auth')).catch(() => [])).toEqual([])
}

/** The ID token of a real answer, changed and signed again. */
const forged =
  (
    change: Record<string, unknown>,
    how: Parameters<Provider['signIdToken']>[1] = { key: 'ours' },
  ): NonNullable<Tamper['tokenResponse']> =>
  async (body) => {
    const [, payload] = String((body as { id_token: string }).id_token).split('.')
    const claims = JSON.parse(Buffer.from(payload as string, 'base64url').toString())
    return { ...body, id_token: await provider.signIdToken({ ...claims, ...change }, how) }
  }

describe('an answer that must not be believed: exit 10, nothing is stored, the refresh token is revoked', () => {
  const unbelievable: [string, () => NonNullable<Tamper['tokenResponse']>, RegExp][] = [
    ['no nonce', () => forged({ nonce: undefined }), /^error: the ID token has no nonce/m],
    ['another nonce', () => forged({ nonce: 'not-the-one-sent' }), /nonce/],
    ['another issuer in the ID token', () => forged({ iss: 'https://evil.example' }), /iss/],
    ['another audience', () => forged({ aud: 'somebody-else' }), /aud/],
    ['an ID token that has expired', () => forged({ exp: Math.floor(Date.now() / 1000) - 3600 }), /expired/],
    ['an ID token from the future', () => forged({ iat: Math.floor(Date.now() / 1000) + 3600 }), /future/],
    ['a signature of another key', () => forged({}, { key: 'foreign' }), /signature/],
    [
      'no signature at all',
      () => forged({}, { key: 'ours', header: { alg: 'none' } }),
      /alg|signature algorithm/,
    ],
    [
      'an HMAC with the public key',
      () => forged({}, { key: 'ours', header: { alg: 'HS256' } }),
      /alg|signature algorithm/,
    ],
  ]
  it.each(unbelievable)('%s', async (_, tamper, words) => {
    provider.tamper = { tokenResponse: tamper() }
    const revoked = provider.revocations()
    const outcome = await login()
    expect(provider.revocations()).toBe(revoked + 1)
    expect(outcome.stderr).toMatch(/^error: /m)
    expect(outcome.stderr).toMatch(words)
    expect(outcome.exit).toBe(10)
    await expectNothingKept()
  })

  it('a token type nobody asked for, and not a word of the answer in the error', async () => {
    provider.tamper = { tokenResponse: (body) => ({ ...body, token_type: 'mac' }) }
    const outcome = await login()
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).toContain('token type')
    await expectNothingKept()
  })

  it('an `iss` parameter of another issuer: both are shown, and no code is exchanged (RFC 9207)', async () => {
    const before = provider.count('POST', '/token')
    provider.tamper = {
      callback: (url) => {
        url.searchParams.set('iss', `${provider.issuer}/`)
        return url
      },
    }
    const outcome = await login()
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).toContain(`expected ${provider.issuer}\n`)
    expect(outcome.stderr).toContain(`received ${provider.issuer}/\n`)
    expect(provider.count('POST', '/token')).toBe(before)
    await expectNothingKept()
  })

  it('no `iss` parameter although the provider announces it', async () => {
    provider.tamper = {
      callback: (url) => {
        url.searchParams.delete('iss')
        return url
      },
    }
    expect((await login()).exit).toBe(10)
    await expectNothingKept()
  })

  it('metadata of another issuer: refused before anybody signs in', async () => {
    provider.tamper = { discovery: (document) => ({ ...document, issuer: `${provider.issuer}/` }) }
    const outcome = await login()
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).toMatch(/^ +\^$/m)
    expect(world.opened).toEqual([])
    await expectNothingKept()
  })

  it.each([
    ['token_endpoint', 'http://169.254.169.254/latest'],
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['jwks_uri', 'file:///etc/passwd'],
  ])('metadata with a %s of %s', async (name, value) => {
    provider.tamper = { discovery: (document) => ({ ...document, [name]: value }) }
    expect((await login()).exit).toBe(10)
    expect(world.opened).toEqual([])
  })
})

describe('what the profile expects', () => {
  it('a failed policy stores nothing, says what is held, and revokes what was issued', async () => {
    const revoked = provider.revocations()
    await world.writeConfig(`[profiles.work]
issuer = "${provider.issuer}"
client_id = "${provider.clientId}"
redirect_ports = "any"
scopes = ["openid", "offline_access", "traces:read"]
api = "https://gw.example"
[profiles.work.expect]
audience = ["api://traces"]
groups = ["admins"]
`)
    const outcome = await world.type('ls-auth login')
    expect(outcome.exit).toBe(11)
    expect(outcome.stderr).toContain('group: required admins, held ops, dev')
    expect(world.keychain.items.size).toBe(0)
    expect(provider.revocations()).toBe(revoked + 1)
    expect((await world.type('ls-auth token')).exit).toBe(3)
  })

  it('a policy that holds lets the sign-in through', async () => {
    await world.writeConfig(`[profiles.work]
issuer = "${provider.issuer}"
client_id = "${provider.clientId}"
redirect_ports = "any"
scopes = ["openid", "groups", "offline_access", "traces:read"]
[profiles.work.expect]
audience = ["api://traces"]
scopes = ["traces:read"]
groups = ["ops"]
max_token_lifetime = "1h"
`)
    expect((await world.type('ls-auth login')).exit).toBe(0)
  })

  describe('is asked of a sign-in that another profile has made', () => {
    const profile = (name: string) => `[profiles.${name}]
issuer = "${provider.issuer}"
client_id = "${provider.clientId}"
redirect_ports = "any"
scopes = ["openid", "groups", "offline_access", "traces:read"]
api = "${provider.issuer}"
`
    it.each([
      ['[profiles.strict.expect]\naudience = ["nope"]', 'audience: required nope, held api://traces'],
      ['[profiles.strict.expect]\nmax_token_lifetime = "1m"', 'token lifetime: required '],
    ])('%j: no command hands the token out', async (expectation, words) => {
      await world.writeConfig(`${profile('strict')}${expectation}\n${profile('open')}`)
      expect((await world.type('ls-auth login --profile open')).exit).toBe(0)
      for (const command of ['token', 'api /', 'exec']) {
        const { exit, stdout, stderr } = await world.type(
          `ls-auth ${command} --profile strict${command === 'exec' ? ' -- true' : ''}`,
        )
        expect([command, exit, stdout]).toEqual([command, command === 'exec' ? 125 : 11, ''])
        expect(stderr).toContain(
          "error: the token of your sign-in does not match this profile's expectations\n",
        )
        expect(stderr).toContain(words)
      }
      expect((await world.type('ls-auth token --profile open')).exit).toBe(0)
      // Commands that show and judge it still do.
      const check = await world.type('ls-auth check --profile strict')
      expect(check.exit).toBe(5)
      expect(check.stdout).toContain('FAIL')
      expect((await world.type('ls-auth doctor --profile strict')).stdout).not.toContain('of your sign-in')
      expect((await world.type('ls-auth whoami --profile strict')).exit).toBe(0)
    })

    it('also where --scope asks for less of the same API, save for the scopes themselves', async () => {
      const narrow = 'ls-auth token --profile strict --narrow --scope traces:read'
      await world.writeConfig(
        `${profile('strict')}[profiles.strict.expect]\ngroups = ["admins"]\n${profile('open')}`,
      )
      expect((await world.type('ls-auth login --profile open')).exit).toBe(0)
      for (const command of [narrow, narrow]) {
        const { exit, stdout, stderr } = await world.type(command)
        expect([exit, stdout]).toEqual([11, ''])
        expect(stderr).toContain('group: required admins, held ops, dev')
      }
      // Who asks for less gets less, and another API has a policy of its own.
      await world.writeConfig(
        `${profile('strict')}[profiles.strict.expect]\naudience = ["api://traces"]\nscopes = ["groups"]\nstrict = true\n`,
      )
      expect((await world.type(narrow)).exit).toBe(0)
    })
  })

  it('a key that cannot be a policy is refused: a typo must not switch a check off', async () => {
    await world.writeConfig(
      '[profiles.work]\nissuer = "https://idp.example"\nclient_id = "x"\n[profiles.work.expect]\naudiences = ["a"]\n',
    )
    const outcome = await world.type('ls-auth token')
    expect(outcome.exit).toBe(2)
    expect(outcome.stderr).toContain('expect.audiences is not known')
  })
})

describe('people and stores that say no', () => {
  it('a sign-in that is declined is exit 4', async () => {
    world.visitor = { user: 'alice', decision: 'deny' }
    const outcome = await login()
    expect(outcome.exit).toBe(4)
    expect(outcome.stderr).toMatch(/^error: the sign-in was declined\nhint: .*\n {2}access_denied/m)
    await expectNothingKept()
  })

  it('without a keychain login ends in 8 with the commands of the file store, before anybody is asked', async () => {
    world.keychain.fail.set = new program.Failure(
      'keychain-unavailable',
      'there is no keychain in this login session',
    )
    const outcome = await login()
    expect(outcome.exit).toBe(8)
    expect(world.opened).toEqual([])
  })

  it('a keychain that fails after the sign-in: the refresh token is revoked, nothing stays', async () => {
    const revoked = provider.revocations()
    const { set } = world.keychain
    let writes = 0
    world.keychain.set = async (account, secret) => {
      writes++
      if (writes > 1) throw new program.Failure('keychain-refused', 'the keychain refused the item')
      return set(account, secret)
    }
    expect((await login()).exit).toBe(8)
    expect(provider.revocations()).toBe(revoked + 1)
    await expectNothingKept()
  })
})

describe('the destination binding', () => {
  beforeEach(async () => {
    expect((await login()).exit).toBe(0)
  })

  it.each([
    ['a flag', async () => world.type('ls-auth token --api https://evil.example')],
    [
      'the environment',
      async () => {
        world.variables.LS_AUTH_API = 'https://evil.example'
        return world.type('ls-auth whoami')
      },
    ],
    [
      'an edited config',
      async () => {
        await world.editConfig((text) => text.replace('https://gw.example', 'https://evil.example'))
        return world.type('ls-auth token')
      },
    ],
  ])('another API origin by %s is exit 10, and no request leaves', async (_, command) => {
    const before = [provider.connections, world.keychain.calls.length]
    const outcome = await command()
    expect(outcome.exit).toBe(10)
    expect(outcome.stderr).toContain('https://evil.example')
    expect(outcome.stderr).toContain('confirmed: https://gw.example')
    expect([provider.connections, world.keychain.calls.length]).toEqual(before)
  })

  it('signing in confirms the new origin', async () => {
    expect((await world.type('ls-auth login --api https://new.example')).exit).toBe(0)
    expect((await world.type('ls-auth token')).exit).toBe(0)
    expect((await world.type('ls-auth token --api https://gw.example')).exit).toBe(10)
  })

  it('another client in the profile is exit 2: sign in again', async () => {
    await world.editConfig((text) => text.replace(provider.clientId, 'another-client'))
    const outcome = await world.type('ls-auth token')
    expect(outcome.exit).toBe(2)
    expect(outcome.stderr).toContain('it has another client now')
  })

  it('certificate checks switched off is exit 10 for every command', async () => {
    world.variables.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    const before = provider.connections
    for (const line of ['token', 'whoami', 'login', 'logout', 'profile list']) {
      expect((await world.type(`ls-auth ${line}`)).exit).toBe(10)
    }
    expect(provider.connections).toBe(before)
  })

  it.each(['http', 'HTTPS', 'timer,net', 'stream', 'child_process', '*', 'h*p', 'c*_*s'])(
    'NODE_DEBUG=%s, by which Node prints tokens, is exit 10 for every command',
    async (value) => {
      world.variables.NODE_DEBUG = value
      for (const line of ['token', 'whoami', 'login', 'profile list']) {
        const { exit, stderr } = await world.type(`ls-auth ${line}`)
        expect({ line, exit }).toEqual({ line, exit: 10 })
        expect(stderr).toContain(`error: NODE_DEBUG=${value} prints tokens\nhint: Unset it. `)
      }
    },
  )

  it.each(['', 'timer', 'tls,fetch,undici', 'http2', 'net*x', 'httpx*'])(
    'NODE_DEBUG=%s prints none',
    async (value) => {
      world.variables.NODE_DEBUG = value
      expect(await world.type('ls-auth profile list')).toMatchObject({ exit: 0 })
    },
  )
})
