import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import type { Outcome } from '../../world/world.ts'

// One session from sign-in to sign-out, in this order; `-t` on one of them has the sign-in, too.
describe.sequential('the main job, from sign-in to sign-out', () => {
  let stage: Stage
  let signedIn: Outcome
  beforeAll(async () => {
    stage = await openStage()
    signedIn = await stage.world.type(stage.login())
  })
  afterAll(() => stage.close())

  it('signs in through the browser, and says who, where and for how long', () => {
    const { exit, stdout, stderr } = signedIn
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toContain('Signed in as alice@example.test.')
    expect(stderr).toContain(stage.gateway.url)
    expect(stage.world.opened).toHaveLength(1)
  })

  it('prints one token and nothing else, from the cache and without a request', async () => {
    const before = [stage.provider.connections, stage.provider.requests.length]
    const first = await stage.world.type('ls-auth token')
    expect(first).toMatchObject({ exit: 0, stderr: '' })
    expect(first.stdout).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect((await stage.world.type('ls-auth token')).stdout).toBe(first.stdout)
    const header = await stage.world.type('ls-auth token --header')
    expect(header.stdout).toBe(`Authorization: Bearer ${first.stdout}`)
    const json = JSON.parse((await stage.world.type('ls-auth token --json')).stdout)
    expect(json).toMatchObject({ token: first.stdout.trim(), token_type: 'Bearer' })
    expect([stage.provider.connections, stage.provider.requests.length]).toEqual(before)
  })

  it('shows who I am, with the claim each value came from', async () => {
    const { exit, stdout } = await stage.world.type('ls-auth whoami')
    expect(exit).toBe(0)
    expect(stdout).toContain('alice@example.test')
    expect(stdout).toMatch(/groups +ops dev {2}\[groups, access token\]/)
    expect(stdout).toMatch(/access token +JWT, 1h left, signature verified/)
    const json = JSON.parse((await stage.world.type('ls-auth whoami --json')).stdout)
    expect(json.identity.audience).toEqual({ value: ['api://traces'], claim: 'aud', token: 'access' })
    const raw = JSON.parse((await stage.world.type('ls-auth whoami --raw')).stdout)
    expect(raw.id_token.payload.sub).toBe('alice')
  })

  it('checks claims: exit 0 when all hold, 5 when one does not', async () => {
    const good = await stage.world.type(
      `ls-auth check --issuer ${stage.provider.issuer} --aud api://traces --scope traces:read --group ops --min-ttl 5m`,
    )
    expect(good).toMatchObject({ exit: 0, stderr: '' })
    const bad = await stage.world.type('ls-auth check --group admins')
    expect(bad.exit).toBe(5)
    expect(bad.stdout).toMatch(/FAIL +group +admins +held: ops, dev/)
    expect(bad.stderr).toBe(
      `error: 1 of 3 checks failed: group\nhint: You lack the group admins. Ask the group administrator at ${new URL(stage.provider.issuer).host} to add you, then sign in again: ls-auth login. ls-auth whoami shows all claims.\n`,
    )
    const unknown = await stage.world.type('ls-auth check --role a --claim "nosuch == 1" --group board')
    expect(unknown.stderr).toMatch(/^error: 1 of 5 checks failed: group; 2 are unknown: role, claim\nhint: /)
    const { stderr } = await stage.world.type('ls-auth check --offline')
    expect(stderr).toMatch(/^error: 2 of 2 checks are unknown: signature, not expired\nhint: /)
  })

  it('reads a trace through the gateway, which alone knows the key and logs the person', async () => {
    const { exit, stdout } = await stage.world.type(`ls-auth trace get ${stage.spanId}`)
    expect(exit).toBe(0)
    expect(stdout).toContain('POST /checkout')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
    expect(stage.gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
    const upstream = stage.api.requests.at(-1)
    expect(upstream?.headers.authorization).toBe('Bearer ls-key-that-stays-at-the-gateway')
    const json = JSON.parse((await stage.world.type(`ls-auth trace get ${stage.spanId} -o json`)).stdout)
    expect(json.spanCount).toBe(stage.trace.spans.length)
  })

  it('takes LS_AUTH_TOKEN instead of the session, and touches neither keychain nor provider', async () => {
    const token = (await stage.world.type('ls-auth token')).stdout.trim()
    // The gateway asks the provider for its keys once.
    await stage.world.type(`ls-auth trace get ${stage.spanId}`)
    const before = [stage.world.keychain.calls.length, stage.provider.connections]
    stage.world.variables.LS_AUTH_TOKEN = token
    const { exit } = await stage.world.type(`ls-auth trace get ${stage.spanId}`)
    delete stage.world.variables.LS_AUTH_TOKEN
    expect(exit).toBe(0)
    expect([stage.world.keychain.calls.length, stage.provider.connections]).toEqual(before)
  })

  it('whoami with LS_AUTH_TOKEN asks the provider for its keys with --verify alone', async () => {
    stage.world.variables.LS_AUTH_TOKEN = (await stage.world.type('ls-auth token')).stdout.trim()
    const before = stage.provider.connections
    const quiet = await stage.world.type('ls-auth whoami')
    const json = await stage.world.type('ls-auth whoami --json')
    const asked = stage.provider.connections
    const verified = await stage.world.type('ls-auth whoami --verify')
    delete stage.world.variables.LS_AUTH_TOKEN
    expect(quiet.exit).toBe(0)
    expect(quiet.stdout).toContain('alice')
    expect(quiet.stdout.replace(/\s+/g, ' ')).toContain('signature not verified (--verify checks it)')
    expect(JSON.parse(json.stdout).access_token).toMatchObject({ signature: 'unverified' })
    expect(asked).toBe(before)
    expect(verified.exit).toBe(0)
    expect(verified.stdout).toContain('signature verified')
    expect(stage.provider.connections).toBeGreaterThan(before)
  })

  it('signs out and says what became of each half', async () => {
    const { exit, stderr } = await stage.world.type('ls-auth logout')
    expect(exit).toBe(0)
    expect(stderr).toBe(
      'Signed out of default.\n  on this machine   deleted\n  at the provider   refresh token revoked\n',
    )
    expect(stage.world.keychain.items.size).toBe(0)
    expect(stage.provider.liveRefreshTokens()).toBe(0)
    expect(await stage.world.type('ls-auth token')).toMatchObject({ exit: 3, stdout: '' })
    expect((await stage.world.type('ls-auth logout')).stderr).toBe(
      'Not signed in to default; nothing to do.\n',
    )
  })
})
