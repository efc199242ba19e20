import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../world/world.ts'
import { EXPECTED, type Told } from './expected.ts'
import { claimsOf, openPlace, type Place } from './place.ts'

// One session from sign-in to sign-out, in this order; `-t` on one of them has the sign-in, too.
describe.sequential.each(EXPECTED)('the whole story at $behaviour.id', (expected) => {
  const { behaviour } = expected
  let place: Place
  let signedIn: Outcome
  beforeAll(async () => {
    place = await openPlace(behaviour, expected.settings)
    signedIn = await place.world.type('ls-auth login')
  })
  afterAll(() => place.close())
  const token = async (flags = '') => (await place.world.type(`ls-auth token ${flags}`)).stdout.trim()

  it('signs in, asking as this provider wants to be asked', () => {
    const { exit, stderr } = signedIn
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('Signed in as ada@acme.example.'),
    })
    expect(stderr).toContain('renewed as needed')
    const asked = place.simulator.asked('authorize').at(-1) as URLSearchParams
    expect(asked.get('redirect_uri')).toMatch(expected.redirect)
    if (place.port !== undefined)
      expect(new URL(asked.get('redirect_uri') ?? '').port).toBe(String(place.port))
    expect(asked.get('code_challenge_method')).toBe('S256')
    for (const [name, value] of Object.entries(expected.asks)) {
      expect([name, asked.get(name)]).toEqual([name, value])
    }
  })

  it('warns of nothing that was in fact granted', async () => {
    expect((await place.world.type('ls-auth login')).stderr).not.toContain('warning:')
  })

  it('prints the token that an API can check', async () => {
    const printed = await token()
    const id = await token('--id-token')
    expect(printed === id).toBe(expected.prints === 'id')
    expect(claimsOf(printed).iss).toBe(place.simulator.issuer)
  })

  it('renews it when it has run out, by one refresh, and again from what came back', async () => {
    for (const round of [1, 2, 3]) {
      const before = await token()
      place.pass(behaviour.accessSeconds + 1)
      const after = await place.world.type('ls-auth token')
      expect({ exit: after.exit, stderr: after.stderr }).toEqual({ exit: 0, stderr: '' })
      expect(after.stdout.trim()).not.toBe(before)
      expect(place.simulator.refreshes).toBe(round)
    }
  })

  it('says who it is, each value with the claim it came from', async () => {
    const { exit, stdout } = await place.world.type('ls-auth whoami --json')
    expect(exit).toBe(0)
    const { identity, id_token: id } = JSON.parse(stdout)
    for (const [concept, told] of Object.entries(expected.identity)) {
      expect([concept, identity[concept]]).toEqual([concept, inJson(told)])
    }
    expect(id).toMatchObject({ kind: 'id', signature: 'verified' })
  })

  it('shows the same to a person, without a word about a failure', async () => {
    const { exit, stdout, stderr } = await place.world.type('ls-auth whoami')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('ada@acme.example')
    expect(stdout).not.toMatch(/WRONG|not verified/)
  })

  it.each(expected.holds.map((flags) => ({ flags })))('check $flags: all hold', async ({ flags }) => {
    const { exit, stdout, stderr } = await place.world.type(
      `ls-auth check --issuer ${place.simulator.issuer} ${flags}`,
    )
    expect({ exit, stdout, stderr }).toMatchObject({ exit: 0, stderr: '' })
  })

  it.each(expected.doubts.map(([flags, line]) => ({ flags, line })))(
    'check $flags: does not pass, and says why',
    async ({ flags, line }) => {
      const { exit, stdout } = await place.world.type(`ls-auth check ${flags}`)
      expect(exit).toBe(5)
      expect(stdout).toMatch(line)
    },
  )

  it('signs out, and says what became of the refresh token', async () => {
    const { exit, stderr } = await place.world.type('ls-auth logout')
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining(expected.signsOut) })
    expect(place.simulator.asked('revoke').length > 0).toBe(behaviour.revokes.length > 0)
    expect((await place.world.type('ls-auth token')).exit).toBe(3)
  })

  it("ended by the provider, it is exit 3 with the provider's own code, and the way back works", async () => {
    expect((await place.world.type('ls-auth login')).exit).toBe(0)
    place.simulator.endSessions()
    place.pass(behaviour.accessSeconds + 1)
    const { exit, stdout, stderr } = await place.world.type('ls-auth token')
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    expect(stderr).toContain('your sign-in has ended')
    expect(stderr).toContain('ls-auth login')
    const body = behaviour.deadRefresh.body as { error: string; error_description?: string }
    expect(stderr).toContain(body.error)
    expect(stderr).toContain((body.error_description ?? '').split('\r')[0])
    expect((await place.world.type('ls-auth login')).exit).toBe(0)
    expect((await place.world.type('ls-auth token')).exit).toBe(0)
  })

  it('never sent a credential that was not asked for, nor one in a URL', () => {
    for (const { method, path, parameters } of place.simulator.requests) {
      if (method === 'GET') expect([path, parameters.get('client_secret')]).toEqual([path, null])
      if (behaviour.publicSecret === undefined)
        expect([path, parameters.has('client_secret')]).toEqual([path, false])
    }
  })
})

const inJson = (told: Told | 'absent' | 'unsupported') =>
  typeof told === 'string'
    ? { value: null, status: told }
    : { value: told[0], claim: told[1], token: told[2] }
