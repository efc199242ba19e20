import { Events, OAuth2Server } from 'oauth2-mock-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, openWorld, type World } from '../../world/world.ts'
import { claimsOf } from './place.ts'

/** What the stand-in's `authorize` and `token` requests carried. */
interface Seen {
  readonly path: string
  readonly parameters: URLSearchParams
}

/**
 * The same path against a provider that nobody here wrote: oauth2-mock-server, an implementation of its own with
 * PKCE, refresh tokens that it never remembers, and revocation. One session from sign-in to sign-out, in this order.
 */
describe.sequential('from sign-in to sign-out at an independent implementation', () => {
  const server = new OAuth2Server()
  const seen: Seen[] = []
  const secrets = new Set<string>()
  let world: World
  let signedIn: Outcome

  beforeAll(async () => {
    await server.issuer.keys.generate('RS256')
    await server.start(0, '127.0.0.1')
    server.service.on(Events.BeforeTokenSigning, (token: { payload: Record<string, unknown> }) => {
      const { payload } = token
      Object.assign(payload, { email: 'johndoe@example.test', groups: ['ops'] })
      if (payload.scope !== undefined) Object.assign(payload, { aud: 'api://traces', scope: 'traces:read' })
    })
    server.service.on(Events.BeforeResponse, (answer: { body: Record<string, unknown> }, request) => {
      answer.body.scope = 'openid email offline_access traces:read'
      for (const name of ['access_token', 'id_token', 'refresh_token']) secrets.add(String(answer.body[name]))
      seen.push({ path: '/token', parameters: new URLSearchParams(request.body) })
    })
    server.service.on(Events.BeforeRevoke, (_answer: unknown, request) => {
      seen.push({ path: '/revoke', parameters: new URLSearchParams(request.body) })
    })
    world = await openWorld({ visitor: { user: 'johndoe' }, secrets: () => secrets })
    signedIn = await world.type(
      `ls-auth login --issuer ${server.issuer.url} --client-id ls-auth --port 0 ` +
        '--scopes "openid email offline_access traces:read"',
    )
  })
  afterAll(async () => {
    await Promise.all([server.stop(), world.close()])
  })

  it('signs in with PKCE', () => {
    const { exit, stderr } = signedIn
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('Signed in as johndoe@example.test.'),
    })
    expect(stderr).not.toContain('warning:')
    expect(seen.at(-1)?.parameters.get('code_verifier')).toMatch(/^[\w-]{43,128}$/)
  })

  it('prints a token, and after its time another one by one refresh', async () => {
    const first = await world.type('ls-auth token')
    expect(first).toMatchObject({ exit: 0, stderr: '' })
    expect(claimsOf(first.stdout)).toMatchObject({ sub: 'johndoe', aud: 'api://traces' })
    world.clockOffset = 3_601_000
    const second = await world.type('ls-auth token')
    world.clockOffset = 0
    expect(second).toMatchObject({ exit: 0, stderr: '' })
    expect(seen.filter(({ parameters }) => parameters.get('grant_type') === 'refresh_token')).toHaveLength(1)
  })

  it('says who it is, with signatures that it has verified', async () => {
    const { exit, stdout } = await world.type('ls-auth whoami --verify')
    expect(exit).toBe(0)
    expect(stdout).toContain('johndoe@example.test')
    expect(stdout.match(/signature verified/g)).toHaveLength(2)
  })

  it('checks claims: what holds is 0, what does not is 5', async () => {
    const good = `ls-auth check --issuer ${server.issuer.url} --aud api://traces --scope traces:read --group ops`
    expect(await world.type(good)).toMatchObject({ exit: 0, stderr: '' })
    expect((await world.type('ls-auth check --group admins')).exit).toBe(5)
  })

  it('signs out, and the refresh token is revoked there', async () => {
    const { exit, stderr } = await world.type('ls-auth logout')
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('refresh token revoked'),
    })
    expect(seen.at(-1)).toMatchObject({ path: '/revoke' })
    expect((await world.type('ls-auth token')).exit).toBe(3)
  })
})
