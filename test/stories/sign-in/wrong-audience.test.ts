import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

/** A provider that uses the refresh token up, then finds that it knows no such API. */
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await stage.world.type(stage.login())
})
afterAll(() => stage.close())

describe('a token for an audience that the provider does not know', () => {
  it('says at once that it may have ended the sign-in, and so does status', async () => {
    const { exit, stderr } = await stage.world.type('ls-auth token --narrow --audience api://other')
    expect(exit).toBe(2)
    expect(stderr).toContain('invalid_target')
    expect(stderr).toContain('if the next renewal fails, sign in again (ls-auth login)')
    expect((await stage.world.type('ls-auth status')).stdout).toContain('1h, perhaps renews')
  })

  it('is named as what may have ended it, at the renewal that is refused', async () => {
    stage.world.clockOffset = 2 * 3600_000
    expect((await stage.world.type('ls-auth status')).stdout).toContain('perhaps renewed at next use')
    const { exit, stderr } = await stage.world.type('ls-auth token')
    expect(exit).toBe(3)
    expect(stderr).toMatch(/^error: your sign-in has ended: .*for another audience may have used it up$/m)
    expect(stderr).toContain('invalid_grant')
  })
})
