import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../world/world.ts'
import { hasDoorkeeper, startDoorkeeper } from './doorkeeper.ts'
import { storiesEverywhere } from './stories-everywhere.ts'
import { openVisit, type Stranger } from './stranger.ts'

describe.skipIf(!hasDoorkeeper())('Doorkeeper', () => {
  let doorkeeper: Stranger
  let failed = false
  beforeAll(async () => {
    doorkeeper = await startDoorkeeper()
  })
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail'
  })
  afterAll(() => doorkeeper?.close(failed))

  storiesEverywhere(() => doorkeeper, {
    user: 'alice',
    name: 'alice@example.org',
    other: 'bob',
    dead: 'invalid_grant',
    keyGone: /^hint: .*retired that key/m,
  })

  let world: World
  const type = (line: string) => world.type(line)
  afterEach(() => world?.close())

  describe('what its tokens say', () => {
    beforeEach(async () => {
      world = await openVisit(doorkeeper, 'alice')
      expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
    })

    it('whoami: who it is from the ID token, and that nobody here can read the other', async () => {
      const { exit, stdout, stderr } = await type('ls-auth whoami --verify')
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      for (const line of [
        'email         alice@example.org  [email, ID token]',
        'groups        ops  [groups, ID token]',
        'scopes        openid profile email traces:read  [token response, access token]',
      ])
        expect(stdout).toContain(`  ${line}\n`)
      expect(stdout).toMatch(/ID token .*signature verified\n/)
      expect(stdout).toMatch(/access token {2}opaque: only its API can read it, \d+[ms] left\n/)
    })

    it('check: the ID token can be checked', async () => {
      expect(await type('ls-auth check --use id --audience ls-auth --group ops')).toMatchObject({
        exit: 0,
        stderr: '',
      })
      expect(await type('ls-auth check --use id --group admins')).toMatchObject({ exit: 5 })
    })

    it('token --scope: a scope it does not know is refused, and the session goes on', async () => {
      const { exit, stdout, stderr } = await type('ls-auth token --narrow --scope nonsense')
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toContain('invalid_scope')
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
    })

    it('token --scope: a narrower one is given once, with what that costs, and is exit 11 after a new sign-in', async () => {
      const narrow = await type('ls-auth token --narrow --scope traces:read')
      expect(narrow).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\S+\n$/) })
      expect(narrow.stderr).toMatch(
        /^warning: the provider has bound your sign-in to the scope .*invalid_scope/,
      )
      for (let time = 0; time < 2; time++) {
        const { exit, stdout, stderr } = await type('ls-auth token --min-ttl 60s')
        expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
        expect(stderr).toMatch(/^error: your sign-in has ended: .*--scope/)
        expect(stderr).toMatch(/^hint: Run: ls-auth login$/m)
      }
      expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
      for (const flags of ['--scope traces:read', '--audience api://traces'])
        expect(await type(`ls-auth token --narrow ${flags}`)).toMatchObject({ exit: 11, stdout: '' })
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
    })

    it('whoami: after a narrower token and one for another API it is still who signed in', async () => {
      const before = (await type('ls-auth whoami')).stdout.match(/(email|groups) .*/g)
      await type('ls-auth token --narrow --scope openid')
      await type('ls-auth token --narrow --audience api://traces')
      expect((await type('ls-auth whoami')).stdout.match(/(email|groups) .*/g)).toEqual(before)
    })

    it('token --audience: it takes no notice, and an opaque token that cannot tell is not given out', async () => {
      const { exit, stdout, stderr } = await type('ls-auth token --narrow --audience api://traces')
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toContain('received an opaque token')
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
    })

    it('a session brought back from a backup renews: the old token is good until the new one is used', async () => {
      const backup = join(world.home, 'backup')
      await cp(world.stateDirectory, backup, { recursive: true })
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0 })
      await cp(backup, world.stateDirectory, { recursive: true, force: true })
      expect(await type('ls-auth token --min-ttl 60s')).toMatchObject({ exit: 0, stderr: '' })
    })

    it('logout: the refresh token is revoked', async () => {
      const { exit, stderr } = await type('ls-auth logout')
      expect({ exit, stderr }).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining('refresh token revoked'),
      })
      expect(await type('ls-auth token')).toMatchObject({ exit: 3, stdout: '' })
    })
  })

  describe('a person who is asked', () => {
    it('refuses: exit 4', async () => {
      world = await openVisit(doorkeeper, 'alice', { clientId: doorkeeper.askingClientId, decision: 'deny' })
      const { exit, stdout, stderr } = await type('ls-auth login')
      expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
      expect(stderr).toContain('access_denied')
      expect(await type('ls-auth token')).toMatchObject({ exit: 3, stdout: '' })
    })

    it('agrees on a page that forgets the nonce, as its own does: exit 10, and nothing is kept', async () => {
      world = await openVisit(doorkeeper, 'alice', { clientId: doorkeeper.askingClientId })
      const { exit, stdout, stderr } = await type('ls-auth login')
      expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
      expect(stderr).toMatch(/^error: the ID token has no nonce/m)
      expect(world.keychain.items.size).toBe(0)
    })
  })
})
