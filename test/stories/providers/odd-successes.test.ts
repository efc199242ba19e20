import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Answers that say yes in a way no specification has. */
let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets })
})
afterEach(async () => {
  stage.provider.tamper = {}
  await world.close()
})

describe('members of a token answer that are absent are written as null', () => {
  it.each([
    ['refresh_token', null],
    ['refresh_token', ''],
    ['scope', null],
    ['expires_in', null],
  ])('%s: %j', async (name, value) => {
    stage.provider.tamper = { tokenResponse: async (body) => ({ ...body, [name]: value }) }
    const { exit, stderr } = await world.type(stage.login())
    expect(exit, stderr).toBe(0)
    expect((await world.type('ls-auth token')).stdout).toMatch(/^eyJ/)
  })

  it('access_token: null is no token', async () => {
    stage.provider.tamper = { tokenResponse: async (body) => ({ ...body, access_token: null }) }
    expect((await world.type(stage.login())).exit).toBe(6)
  })
})

it.each([200, 204])('a revocation that is answered with %i is done', async (status) => {
  expect((await world.type(stage.login())).exit).toBe(0)
  stage.provider.tamper = { revocation: () => ({ status }) }
  const { exit, stdout, stderr } = await world.type('ls-auth logout')
  expect(exit, stderr).toBe(0)
  expect(stdout + stderr).toContain('refresh token revoked')
})
