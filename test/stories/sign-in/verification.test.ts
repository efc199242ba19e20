import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProvider } from '../../world/provider.ts'
import { openStage, type Stage } from '../../world/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  expect((await stage.world.type(stage.login())).exit).toBe(0)
})
afterAll(() => stage.close())

/** The provider signs with a new key, and a renewal brings a token of it while the key set kept here is still young. */
async function renewAfterRotation(): Promise<void> {
  await stage.provider.rotateKeys()
  // Without an ID token nothing makes the renewal itself look at the keys.
  stage.provider.tamper = { tokenResponse: ({ id_token: _, ...body }) => body }
  stage.world.clockOffset += 3590_000
  expect((await stage.world.type('ls-auth token')).exit).toBe(0)
  stage.provider.tamper = {}
}

describe('after the provider has changed its signing key', () => {
  it('whoami, check and doctor fetch the keys again, and all of them believe the token', async () => {
    await renewAfterRotation()
    const whoami = JSON.parse((await stage.world.type('ls-auth whoami --json')).stdout)
    const check = await stage.world.type('ls-auth check --aud api://traces')
    const doctor = await stage.world.type('ls-auth doctor')
    expect(whoami.access_token).toMatchObject({ signature: 'verified', signature_detail: null })
    expect(check.exit).toBe(0)
    expect(doctor.stdout).toMatch(/^ok +claims /m)
    expect(doctor.stdout).not.toMatch(/signature/)
  })
})

describe('a token that our own provider sent, and that names another issuer', () => {
  it('is checked with the keys of the provider by all, and never passes for one of the other', async () => {
    const [other, another] = [await openStage(), await startProvider()]
    const { world, provider } = other
    const claims = {
      sub: 'alice',
      aud: 'api://traces',
      iat: Date.now() / 1000,
      exp: Date.now() / 1000 + 3600,
    }
    const token = await provider.signIdToken(
      { ...claims, iss: another.issuer },
      { header: { typ: 'at+jwt' } },
    )
    provider.tamper = { tokenResponse: (body) => ({ ...body, access_token: token }) }
    expect((await world.type(other.login())).exit).toBe(0)
    const whoami = JSON.parse((await world.type('ls-auth whoami --json')).stdout)
    expect(whoami.access_token).toMatchObject({ signature: 'verified' })
    const { stdout } = await world.type('ls-auth doctor')
    expect(stdout.match(/^warn +claims .*/gm)).toEqual([
      expect.stringContaining('the access token has another issuer'),
    ])
    expect((await world.type('ls-auth check --aud api://traces')).exit).toBe(0)
    expect((await world.type(`ls-auth check --issuer ${another.issuer}`)).exit).toBe(5)
    await Promise.all([other.close(), another.close()])
  })
})

describe('whoami --verify', () => {
  const FAMILIES = ['ID token', 'access token'] as const

  it.each(FAMILIES)(
    'a wrong signature of the %s: exit 10, and the identity is printed all the same',
    async (name) => {
      const other = await openStage()
      const { world } = other
      expect((await world.type(other.login())).exit).toBe(0)
      const forged = (token: string) => `${token.slice(0, -8)}AAAAAAAA`
      const member = name === 'ID token' ? 'id_token' : 'access_token'
      const flag = name === 'ID token' ? '--id-token' : ''
      world.variables.LS_AUTH_TOKEN = forged((await world.type(`ls-auth token ${flag}`)).stdout.trim())
      const { exit, stdout, stderr } = await world.type('ls-auth whoami --verify')
      expect(exit).toBe(10)
      expect(stdout).toContain('SIGNATURE WRONG')
      expect(stdout).toContain('alice')
      expect(stderr).toContain(`the signature of the ${name} is wrong`)
      const json = await world.type('ls-auth whoami --verify --json')
      expect(json.exit).toBe(10)
      expect(JSON.parse(json.stdout)[member]).toMatchObject({ signature: 'bad' })
      await other.close()
    },
  )

  it('no key of the provider fits: exit 10', async () => {
    const other = await openStage()
    const { world, provider } = other
    expect((await world.type(other.login())).exit).toBe(0)
    expect((await world.type('ls-auth whoami --verify')).exit).toBe(0)
    const jwks = (document: Record<string, unknown>) => ({
      keys: (document.keys as Record<string, unknown>[]).map((key) => ({ ...key, kid: 'another' })),
    })
    provider.tamper = { jwks }
    const { exit, stdout, stderr } = await world.type('ls-auth whoami --verify')
    expect(exit).toBe(10)
    expect(stdout).toContain('signature not verified')
    expect(stderr).toContain('cannot be verified')
    // A key that was retired is no sign of a forgery.
    expect(stderr).not.toContain('Do not trust')
    expect(stderr).toMatch(/^hint: .*retired.* A sign-in brings new tokens: ls-auth login$/m)
    // What was learnt by it holds for other commands.
    const check = await world.type('ls-auth check --use id --sub "*"')
    expect(check).toMatchObject({ exit: 5, stdout: expect.stringMatching(/^ {2}unknown +signature/m) })
    await other.close()
  })
})
