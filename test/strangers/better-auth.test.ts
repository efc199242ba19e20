import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { approveDevice } from '../world/browser.ts'
import type { World } from '../world/world.ts'
import { BETTER_AUTH_API, hasBetterAuth, startBetterAuth } from './better-auth.ts'
import { storiesEverywhere } from './stories-everywhere.ts'
import { openVisit, profileFor, type Stranger } from './stranger.ts'

describe.skipIf(!hasBetterAuth())('Better Auth', () => {
  let provider: Stranger
  let failed = false
  beforeAll(async () => {
    provider = await startBetterAuth()
  })
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail'
  })
  afterAll(() => provider?.close(failed))

  storiesEverywhere(() => provider, {
    user: 'alice',
    name: 'alice@example.org',
    other: 'bob',
    dead: 'invalid_grant',
    keyGone: /^hint: .*retired that key/m,
    device: true,
    processes: 20,
  })

  let world: World
  const type = (line: string) => world.type(line)
  const RENEW = 'ls-auth token --min-ttl 60s'
  beforeEach(async () => {
    world = await openVisit(provider, 'alice')
  })
  afterEach(() => world.close())
  const signedIn = async () => expect(await type('ls-auth login')).toMatchObject({ exit: 0 })

  it('who it is comes from userinfo, also at the sign-in; the access token can be checked', async () => {
    await signedIn()
    expect((await type('ls-auth whoami --verify')).stdout).toContain('[email, userinfo]')
    expect((await type('ls-auth status')).stdout).toContain('alice@example.org')
    const right = await type(`ls-auth check --audience ${BETTER_AUTH_API} --scope traces:read`)
    expect(right).toMatchObject({ exit: 0, stderr: '' })
    expect((await type('ls-auth check --audience https://other.example')).exit).toBe(5)
  })

  it('a person who refuses is exit 4', async () => {
    await world.close()
    world = await openVisit(provider, 'alice', { clientId: provider.askingClientId, decision: 'deny' })
    expect(await type('ls-auth login')).toMatchObject({ exit: 4, stdout: '' })
    expect(await type('ls-auth token')).toMatchObject({ exit: 3 })
  })

  describe('the device flow', () => {
    const device = async (decision: 'allow' | 'deny') => {
      const running = type('ls-auth login --device')
      const [, verificationUri = '', userCode = ''] = await vi.waitFor(() => {
        const found = world.said.match(/(http:\S+\/device)\S*[\s\S]*?\b([A-Z0-9]{4}-?[A-Z0-9]{4})\b/)
        if (!found) throw new Error('no code is printed yet')
        return found
      }, 600_000)
      await approveDevice({ verificationUri, userCode }, provider.person('alice', decision))
      return running
    }

    it('signs in, and is renewed', async () => {
      const { exit, stderr } = await device('allow')
      expect({ exit, stderr }).toEqual({
        exit: 0,
        stderr: expect.stringContaining('Signed in as alice@example.org.\n'),
      })
      expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
    })

    it('declined is exit 4', async () => {
      expect(await device('deny')).toMatchObject({ exit: 4, stdout: '' })
    })
  })

  it('tokens are bound to a key, and are renewed with it', async () => {
    await world.writeConfig(profileFor(provider, [`client_id = "${provider.clientId}"`, 'dpop = true']))
    await signedIn()
    for (let renewal = 0; renewal < 2; renewal++) {
      const before = await provider.tokenRequests()
      const bound = await type("ls-auth check --claim 'cnf.jkt exists'")
      expect(bound).toMatchObject({ exit: 0, stderr: '' })
      // The clock here is ahead by then: the first proof is refused, and the next has the provider's time.
      expect(await provider.tokenRequests()).toBe(before + 2 * renewal)
      world.clockOffset += 2 * 60_000
    }
    expect(await type('ls-auth logout')).toMatchObject({ exit: 0 })
  })

  it('a client that registers itself signs in, and goes again', async () => {
    await world.writeConfig('')
    const add = `ls-auth profile add own --issuer ${provider.issuer} --register --port ${provider.port}`
    expect(await type(add)).toMatchObject({ exit: 0 })
    expect(await type('ls-auth login --profile own')).toMatchObject({ exit: 0 })
    expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
    expect((await type('ls-auth whoami')).stdout).toMatch(/^alice@example\.org\n/)
  })

  it('token --scope: it would bind the sign-in, so that is asked for only with --narrow', async () => {
    await signedIn()
    const before = await provider.tokenRequests()
    const { exit, stdout, stderr } = await type('ls-auth token --scope traces:read')
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(/^hint: .*--narrow/m)
    expect(await provider.tokenRequests()).toBe(before)
    const narrow = await type('ls-auth token --narrow --scope traces:read')
    expect(narrow.exit).toBe(0)
    expect(narrow.stderr).toMatch(/^warning: the provider has bound your sign-in .*invalid_scope/)
    expect((await type('ls-auth status')).stdout).toMatch(/not renewed/)
  })

  it('logout revokes; of a session that has ended there it is done as well', async () => {
    await signedIn()
    const first = await type('ls-auth logout')
    expect(first).toMatchObject({ exit: 0, stderr: expect.stringContaining('refresh token revoked') })
    await signedIn()
    await provider.endSessions('alice')
    expect((await type(RENEW)).exit).toBe(3)
    const second = await type('ls-auth logout')
    expect(second).toMatchObject({ exit: 0, stderr: expect.stringContaining('had already ended there') })
  })
})
