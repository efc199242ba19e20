import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

let stage: Stage
let host: string
beforeAll(async () => {
  stage = await openStage({ gateway: { groups: ['sre', 'board'] } })
  host = new URL(stage.provider.issuer).host
  await stage.world.type(stage.login())
})
afterAll(() => stage.close())

it('a gateway that wants a group: what is held, and who can add it', async () => {
  const { exit, stderr } = await stage.world.type(`ls-auth trace get ${stage.spanId}`)
  expect(exit).toBe(11)
  expect(stderr).toContain(
    `hint: A group is missing. Whoever manages groups at ${host} can add you; then sign in again: ls-auth login\n`,
  )
  expect(stderr).toContain(
    '  they say: insufficient_scope: membership in one of these groups is required: sre board\n',
  )
  expect(stderr).toContain('  held groups: ops dev\n')
})

it('check with several groups, of which none is held', async () => {
  const { exit, stderr } = await stage.world.type('ls-auth check --group sre --group board')
  expect(exit).toBe(5)
  expect(stderr).toContain(
    `hint: You lack the group sre and the group board. Whoever manages groups at ${host} can add you; then sign in again: ls-auth login.`,
  )
})

it('check with a token that has no groups at all', async () => {
  stage.world.visitor = { user: 'carol' }
  await stage.world.type(`ls-auth login --port 0 --scopes "openid offline_access traces:read"`)
  const { stderr } = await stage.world.type('ls-auth check --group ops')
  expect(stderr).toContain(
    `error: 1 of 3 checks is unknown: group\nhint: The token has no claim with groups. Whoever manages ${host} can add it to the tokens of this client.`,
  )
})
