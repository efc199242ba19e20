import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "It says that my sign-in is not strong enough." The API wants another sign-in (RFC 9470, or a claims challenge). */

const RFC9470 = 'error="insufficient_user_authentication"'
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const GOLD = { id_token: { acr: { essential: true, value: 'gold' } }, access_token: { nbf: { value: '1' } } }
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
const unlessGold = (challenge: string) => (claims: JWTPayload) =>
  claims.acr === 'gold' ? undefined : challenge

let stage: Stage
let world: World
let host: string
/** The challenge for a token with these claims, if any. */
let wants: (claims: JWTPayload) => string | undefined
beforeAll(async () => {
  stage = await openStage({
    provider: { acrValues: ['password', 'gold'] },
    gateway: { stepUp: (claims) => wants(claims) },
  })
  host = new URL(stage.gateway.url).host
})
afterAll(() => stage.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets })
  wants = () => undefined
  const { exit, stderr } = await world.type(stage.login())
  expect(exit, stderr).toBe(0)
})
afterEach(() => world.close())

const attended = () => {
  world.tty = true
  world.watched = true
}
/** A parameter of the last authorization request. */
const asked = (name: string) =>
  stage.provider.requests
    .filter(({ path }) => path === '/auth')
    .at(-1)
    ?.parameters.get(name)

describe('a person at a terminal', () => {
  beforeEach(attended)

  it('signs in once more in the way that is required, and gets the answer', async () => {
    wants = unlessGold(`${RFC9470}, error_description="gold, please", acr_values="gold platinum"`)
    expect((await world.type('ls-auth profile set authorization_parameters organization=org_1')).exit).toBe(0)
    world.stdin = ['']
    const opened = world.opened.length
    const { exit, stdout, stderr } = await world.type('ls-auth services')
    expect(exit, stderr).toBe(0)
    expect(stdout).toContain('checkout')
    expect(stderr).toContain(
      `${host} requires a stronger or newer sign-in.\n` +
        '  required sign-in level (acr): gold or platinum\n' +
        'Sign in again as alice@example.test, in the browser? [Y/n] ',
    )
    expect(stderr).toContain('Signed in as alice@example.test.\n')
    expect(world.opened).toHaveLength(opened + 1)
    expect([asked('acr_values'), asked('login_hint')]).toEqual(['gold platinum', 'alice@example.test'])
    expect(asked('organization')).toBe('org_1')
    // From then on the new sign-in is the one that is kept: no other command is asked.
    expect((await world.type('ls-auth services')).exit).toBe(0)
    expect(world.opened).toHaveLength(opened + 1)
    expect((await world.type('ls-auth audit list -o ndjson')).stdout.match(/"sign-in"/g)).toHaveLength(2)
  })

  it('asks for the scope that the API names as well, and gets it', async () => {
    const held = ({ scope = '' }: JWTPayload) => String(scope).split(' ')
    const challenge = `${RFC9470}, acr_values="gold", scope="traces:read traces:write"`
    wants = (claims) =>
      claims.acr === 'gold' && held(claims).includes('traces:write') ? undefined : challenge
    const script = await world.type('ls-auth doctor')
    expect(script.stdout.replaceAll(/\n +/g, ' ')).toContain('ls-auth login --acr gold --scope traces:write')
    world.stdin = ['']
    const { exit, stderr } = await world.type('ls-auth services')
    expect(asked('scope')?.split(' ')).toContain('traces:write')
    expect(stderr).toContain('  required scope: traces:write\n')
    expect(exit, stderr).toBe(0)
  })

  it.each([['n'], ['what?'], [undefined]])(
    'may leave it ("%s"): exit 4, and nothing has changed',
    async (said) => {
      wants = unlessGold(`${RFC9470}, acr_values="gold"`)
      world.stdin = said === undefined ? [] : [said]
      const opened = world.opened.length
      const { exit, stdout, stderr } = await world.type('ls-auth services')
      expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
      expect(stderr).toContain(
        'error: you did not sign in again, so ls-auth has no answer\nhint: When you are ready: ls-auth login --acr gold\n',
      )
      expect(world.opened).toHaveLength(opened)
      expect((await world.type('ls-auth token')).exit).toBe(0)
    },
  )

  it('is asked once, and told what the new sign-in lacks: exit 11', async () => {
    wants = () => `${RFC9470}, acr_values="platinum", max_age="600"`
    world.stdin = ['', '']
    const opened = world.opened.length
    const { exit, stdout, stderr } = await world.type('ls-auth services')
    expect({ exit, stdout, left: world.stdin }).toEqual({ exit: 11, stdout: '', left: [''] })
    expect(stderr).toContain(
      `error: ${host} requires more than the sign-in you just made\n` +
        "hint: Tell whoever runs the identity provider: the sign-in did not meet the API's requirements.\n" +
        '  server: insufficient_user_authentication\n' +
        '  required sign-in level (acr): platinum\n' +
        '  required sign-in age: 10m at most\n' +
        '  held sign-in level (acr): password\n' +
        '  held methods (amr): pwd\n' +
        '  signed in at (auth_time): ',
    )
    expect(world.opened).toHaveLength(opened + 1)
  })

  it('cannot become another one: exit 10, and the sign-in before is kept', async () => {
    wants = unlessGold(`${RFC9470}, acr_values="gold"`)
    world.visitor = { user: 'bob' }
    world.stdin = ['']
    const revoked = stage.provider.revocations()
    const { exit, stderr } = await world.type('ls-auth services')
    expect(exit).toBe(10)
    expect(stderr).toContain(
      'error: another account signed in, so ls-auth kept the previous sign-in\nhint: Run it again and sign in as the same person.',
    )
    expect(stage.provider.revocations()).toBe(revoked + 1)
    expect((await world.type('ls-auth whoami')).stdout).toContain('alice@example.test')
  })
})

describe('a script', () => {
  it.each([
    ['acr', `${RFC9470}, acr_values="gold"`, 'ls-auth login --acr gold'],
    ['max_age', `${RFC9470}, acr_values="gold", max_age=900`, 'ls-auth login --acr gold --max-age 900s'],
    [
      'claims',
      `error="insufficient_claims", claims="${base64(GOLD)}"`,
      `ls-auth login --claims '${JSON.stringify(GOLD)}'`,
    ],
  ])('gets the exact command (%s), which works when it is pasted', async (_, challenge, command) => {
    wants = unlessGold(challenge)
    const { exit, stdout, stderr } = await world.type('ls-auth services')
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    expect(stderr).toContain(`hint: Sign in again with these requirements: ${command}\n`)
    expect(stderr).toContain('  held sign-in level (acr): password\n')
    const pasted = /ls-auth login .*/.exec(stderr)?.[0] as string
    expect((await world.type(pasted)).exit).toBe(0)
    expect((await world.type('ls-auth services')).exit).toBe(0)
  })

  it('of a workload is told that no program can do that: exit 11', async () => {
    attended()
    world.variables.PROOF = (await world.type('ls-auth token')).stdout.trim()
    await world.editConfig(
      (text) =>
        `${text}\n[profiles.ci]\nissuer = "${stage.provider.issuer}"\napi = "${stage.gateway.url}"\norganization = "acme"\n` +
        'project = "prod"\n[profiles.ci.workload]\nsource = "env:PROOF"\ngrant = "as-is"\n',
    )
    wants = unlessGold(`${RFC9470}, acr_values="gold"`)
    const { exit, stderr } = await world.type('ls-auth services --profile ci')
    expect(exit, stderr).toBe(11)
    expect(stderr).toContain('Only a person can sign in like that')
    expect(stderr).not.toContain('ls-auth login')
  })
})

describe('login', () => {
  it('refuses a provider that answers with an older sign-in than was asked for', async () => {
    stage.provider.tamper = {
      async tokenResponse(body) {
        const claims = claimsOf(String(body.id_token))
        const older = { ...claims, auth_time: (claims.iat as number) - 7200 }
        return { ...body, id_token: await stage.provider.signIdToken(older) }
      },
    }
    const { exit, stderr } = await world.type('ls-auth login --max-age 1h')
    stage.provider.tamper = {}
    expect(exit).toBe(10)
    expect(stderr).toContain(
      'error: the provider answered with an older sign-in than requested (max_age)\n' +
        'hint: Sign in again with a new prompt: ls-auth login --max-age 1h --prompt login\n' +
        '  required sign-in age: 1h at most\n',
    )
  })
})
