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
    `hint: A group is missing. Ask the group administrator at ${host} to add you, then sign in again: ls-auth login\n`,
  )
  expect(stderr).toContain(
    '  server: insufficient_scope: membership in one of these groups is required: sre board\n',
  )
  expect(stderr).toContain('  held groups: ops dev\n')
})

it.each([
  [
    'a scope that was not asked for',
    '--scope traces:write',
    'You lack the scope traces:write. Sign in again and ask for it: ls-auth login --scope traces:write.',
  ],
  [
    'such a scope and a group',
    '--scope traces:write --group sre',
    'You lack the scope traces:write and the group sre. Ask the group administrator at HOST to add you, then sign in again: ls-auth login --scope traces:write.',
  ],
])('check of %s: how to get what is missing', async (_, flags, hint) => {
  const { exit, stderr } = await stage.world.type(`ls-auth check ${flags}`)
  expect(exit).toBe(5)
  expect(stderr).toContain(`hint: ${hint.replace('HOST', host)} ls-auth whoami shows all claims.\n`)
})
