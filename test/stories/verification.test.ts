import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProvider } from '../world/provider.ts'
import { openStage, type Stage } from '../world/stage.ts'

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

  it('the policy of the profile is kept by the renewal itself: with strict it refuses nothing that is good', async () => {
    await stage.world.editConfig(
      (text) => `${text}\n[profiles.default.expect]\naudience = "api://traces"\nstrict = true\n`,
    )
    await renewAfterRotation()
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
    expect((await world.type('ls-auth doctor')).stdout).not.toMatch(/^warn +claims/m)
    expect((await world.type('ls-auth check --aud api://traces')).exit).toBe(0)
    expect((await world.type(`ls-auth check --issuer ${another.issuer}`)).exit).toBe(5)
    await Promise.all([other.close(), another.close()])
  })
})
