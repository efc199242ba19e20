import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../world/world.ts'
import { hasLemonLdap, startLemonLdap } from './lemonldap.ts'
import { storiesEverywhere } from './stories-everywhere.ts'
import { openVisit, type Stranger } from './stranger.ts'

describe.skipIf(!hasLemonLdap())('LemonLDAP::NG', () => {
  let lemon: Stranger
  let failed = false
  beforeAll(async () => {
    lemon = await startLemonLdap()
  })
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail'
  })
  afterAll(() => lemon?.close(failed))

  storiesEverywhere(() => lemon, {
    user: 'dwho',
    name: 'dwho@badwolf.org',
    other: 'rtyler',
    // By how far its session has gone.
    dead: /invalid_(request|grant)/,
    // The new key has the old one's name, so nothing tells it from a forgery.
    keyGone: /^hint: Do not trust this token/m,
  })

  let world: World
  const type = (line: string) => world.type(line)
  afterEach(() => world?.close())

  describe('what its tokens say', () => {
    beforeEach(async () => {
      world = await openVisit(lemon, 'dwho')
      expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
    })

    it('whoami: both signatures, and where each value is from', async () => {
      const { exit, stdout, stderr } = await type('ls-auth whoami --verify')
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      for (const line of [
        'subject       dwho  [sub, ID token]',
        'client        ls-auth  [client_id, access token]',
        'audience      ls-auth  [aud, access token]',
      ])
        expect(stdout).toContain(`  ${line}\n`)
      // The portal names them in any order.
      expect(stdout).toMatch(/^ {2}groups {8}(users timelords|timelords users) {2}\[groups, access token\]$/m)
      expect(stdout).toMatch(/ID token {6}JWT, (?:\d+m|1h) left, signature verified\n/)
      expect(stdout).toMatch(/access token {2}JWT, \d+[ms] left, signature verified\n/)
    })

    it('check: true, false and unknown', async () => {
      expect(
        await type('ls-auth check --audience ls-auth --client ls-auth --group timelords --scope openid'),
      ).toMatchObject({ exit: 0, stderr: '' })
      const wrong = await type('ls-auth check --group admins')
      expect(wrong).toMatchObject({
        exit: 5,
        stdout: expect.stringMatching(/FAIL +group +admins +held: (users, timelords|timelords, users)/),
      })
      const unknown = await type('ls-auth check --role admin')
      expect(unknown).toMatchObject({
        exit: 5,
        stdout: expect.stringMatching(/unknown +role .*unknown/),
      })
    })

    it.each([
      ['--scope traces:read', 'received scope: openid profile email'],
      ['--audience api://traces', 'received audience: ls-auth'],
    ])(
      'token %s: it takes no notice, so exit 11 with what came, and the session goes on',
      async (flags, came) => {
        const own = await type('ls-auth token')
        for (let time = 0; time < 2; time++) {
          const { exit, stdout, stderr } = await type(`ls-auth token --narrow ${flags}`)
          expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
          expect(stderr).toContain(came)
        }
        expect(await type('ls-auth token')).toEqual(own)
        expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
      },
    )

    it('a session brought back from a backup holds a token that is used up: exit 3', async () => {
      const backup = join(world.home, 'backup')
      await cp(world.stateDirectory, backup, { recursive: true })
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0 })
      await cp(backup, world.stateDirectory, { recursive: true, force: true })
      const { exit, stderr } = await type('ls-auth token --min-ttl 60s')
      expect({ exit, stderr }).toMatchObject({ exit: 3, stderr: expect.stringContaining('invalid_request') })
    })

    it('logout: it has no revocation, which is said', async () => {
      const { exit, stderr } = await type('ls-auth logout')
      expect({ exit, stderr }).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining('offers no revocation: the tokens were only deleted here'),
      })
      expect(await type('ls-auth token')).toMatchObject({ exit: 3, stdout: '' })
    })
  })

  describe('a person who is asked', () => {
    it('refuses: exit 4, though it is called consent_required', async () => {
      world = await openVisit(lemon, 'dwho', { clientId: lemon.askingClientId, decision: 'deny' })
      const { exit, stdout, stderr } = await type('ls-auth login')
      expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
      expect(stderr).toContain('consent_required')
      expect(await type('ls-auth token')).toMatchObject({ exit: 3, stdout: '' })
    })

    it('agrees', async () => {
      world = await openVisit(lemon, 'dwho', { clientId: lemon.askingClientId })
      expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
    })
  })
})
