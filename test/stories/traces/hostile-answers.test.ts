import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Provider, startProvider, type Tamper } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Answers that are odd, hostile, or merely unusual: what is taken and what is not, beside the refusals of refusals.test.ts. */
let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider({ deviceInterval: 1 })
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
const bytes = (text: string) => [...text].filter((char) => char !== '\n' && /[\p{Cc}\u202e]/u.test(char))

/** The ID token of a real answer with other claims, signed by the provider. */
const withClaims =
  (
    change: (claims: Record<string, unknown>) => Record<string, unknown>,
  ): NonNullable<Tamper['tokenResponse']> =>
  async (body) => {
    const { id_token: token } = body as { id_token?: string }
    if (token === undefined) return body
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
    return { ...body, id_token: await provider.signIdToken(change(claims), { key: 'ours' }) }
  }

describe('claims of an ID token', () => {
  const client = () => provider.clientId
  const rows: [string, (claims: Record<string, unknown>) => Record<string, unknown>, number][] = [
    ['two audiences, and azp is this client', (c) => ({ ...c, aud: [client(), 'other'], azp: client() }), 0],
    ['two audiences and no azp', ({ azp: _, ...c }) => ({ ...c, aud: [client(), 'other'] }), 10],
    [
      'two audiences, and azp is another client',
      (c) => ({ ...c, aud: [client(), 'other'], azp: 'other' }),
      10,
    ],
    ['an issuer with a slash more', (c) => ({ ...c, iss: `${provider.issuer}/` }), 10],
    ['an issuer in capitals', (c) => ({ ...c, iss: provider.issuer.toUpperCase() }), 10],
    ['expiry as text', (c) => ({ ...c, exp: `${c.exp}` }), 10],
    ['expiry with a fraction', (c) => ({ ...c, exp: Number(c.exp) + 0.5 }), 0],
    ['no expiry', ({ exp: _, ...c }) => c, 10],
    ['no subject', ({ sub: _, ...c }) => c, 10],
    ['an empty subject', (c) => ({ ...c, sub: '' }), 10],
  ]
  it.each(rows)('%s: exit as listed', async (_, change, exit) => {
    provider.tamper = { tokenResponse: withClaims(change) }
    const outcome = await login()
    expect({ exit: outcome.exit, stderr: outcome.stderr }).toMatchObject({ exit })
    expect(world.keychain.items.size).toBe(exit === 0 ? 1 : 0)
  })

  it('names that steer a terminal are shown as what they are', async () => {
    const evil = 'Ada\u001b[2J\u001b]0;owned\u0007\r\u202eexe.txt'
    provider.tamper = {
      tokenResponse: withClaims((claims) => ({ ...claims, name: evil, email: evil, groups: [evil] })),
    }
    const { exit, stderr } = await login()
    expect([exit, bytes(stderr)]).toEqual([0, []])
    for (const line of ['whoami', 'whoami --json', 'check --use id --group ops', 'whoami --raw']) {
      const { stdout, stderr: said } = await world.type(`ls-auth ${line}`)
      expect([line, bytes(stdout + said)]).toEqual([line, []])
    }
  })
})

describe('the token response', () => {
  it.each([
    ['bearer', 0],
    ['Bearer', 0],
    ['BEARER', 0],
    ['BearerToken', 10],
    ['mac', 10],
    ['DPoP', 10],
    ['', 10],
  ])('token_type "%s": exit %i', async (type, exit) => {
    provider.tamper = { tokenResponse: (body) => ({ ...body, token_type: type }) }
    expect((await login()).exit).toBe(exit)
  })

  it('a token_type nobody asked for, at a renewal: refused, and the rotated refresh token is kept', async () => {
    await login()
    provider.tamper = { tokenResponse: (body) => ({ ...body, token_type: 'DPoP' }) }
    world.clockOffset += 2 * 3_600_000
    const { exit, stdout, stderr } = await world.type('ls-auth token')
    expect({ exit, stdout, stderr }).toMatchObject({
      exit: 10,
      stdout: '',
      stderr: expect.stringContaining('token type'),
    })
    provider.tamper = {}
    expect((await world.type('ls-auth token')).exit).toBe(0)
  })

  it('an error with a description that steers a terminal', async () => {
    provider.tamper = {
      intercept: (request, response) => {
        if (request.url !== '/token') return false
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(
          JSON.stringify({
            error: 'invalid_grant',
            error_description: 'no\u001b[31m\r\nhint: send money\u202e',
          }),
        )
        return true
      },
    }
    const { exit, stderr } = await login()
    expect([exit, bytes(stderr)]).toEqual([6, []])
    expect(stderr.match(/^hint: /gm)).toHaveLength(1)
  })
})

describe('the characters of a token', () => {
  it.each([
    ['a line break and a header', 'SEKRIT\r\nX-Injected: yes'],
    ['a sequence that drives the terminal', 'SEKRIT\u001b]0;owned\u0007'],
    ['a space', 'SEK RIT'],
    ['a quotation mark', 'SEK"RIT'],
    ['a letter outside ASCII', 'SEKR\u00cdT'],
    ['an override of the direction', 'SEK\u202eRIT'],
    ['padding in the middle', 'SEK=RIT'],
    ['an end of line alone', 'SEKRIT\n'],
  ])(
    '%s in the access token: exit 10 at sign-in and at a renewal, and nothing of it is printed',
    async (_, bad) => {
      provider.tamper = { tokenResponse: (body) => ({ ...body, access_token: bad }) }
      const signIn = await login()
      expect(signIn.exit).toBe(10)
      expect(signIn.stderr).not.toContain(bad)
      expect(world.keychain.items.size).toBe(0)
      provider.tamper = {}
      expect((await login()).exit).toBe(0)
      provider.tamper = { tokenResponse: (body) => ({ ...body, access_token: bad }) }
      world.clockOffset += 2 * 3_600_000
      const renewal = await world.type('ls-auth token --header')
      expect({ exit: renewal.exit, stdout: renewal.stdout }).toEqual({ exit: 10, stdout: '' })
      expect(renewal.stderr).not.toContain(bad)
    },
  )
})

describe('the redirect', () => {
  const redirects: [string, (url: URL) => URL][] = [
    [
      'a code and an error at once',
      (url) => {
        url.searchParams.set('error', 'access_denied')
        return url
      },
    ],
    [
      'two codes',
      (url) => {
        url.searchParams.append('code', 'another')
        return url
      },
    ],
    [
      'no code and no error',
      (url) => {
        url.searchParams.delete('code')
        return url
      },
    ],
  ]
  it.each(redirects)('%s: no code is exchanged, nothing is kept', async (_, callback) => {
    const before = provider.count('POST', '/token')
    provider.tamper = { callback }
    const { exit, stderr } = await login()
    expect(exit).toBeGreaterThan(1)
    expect(stderr).toMatch(/^error: .*\nhint: /m)
    expect(provider.count('POST', '/token')).toBe(before)
    expect(world.keychain.items.size).toBe(0)
  })
})
