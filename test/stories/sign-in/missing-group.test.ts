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

it('check of a scope that the provider did not give: who can allow it', async () => {
  await stage.world.type('ls-auth profile set scopes openid offline_access traces:read traces:write')
  const { exit, stderr } = await stage.world.type('ls-auth check --scope traces:write')
  await stage.world.type('ls-auth profile set scopes --unset')
  expect(exit).toBe(5)
  expect(stderr).toContain(
    `hint: You lack the scope traces:write. Ask the client's administrator at ${host} to allow the scope, then sign in again: ls-auth login. ls-auth whoami`,
  )
})

it.each(['services', 'token', 'whoami'])(
  'an API in a variable that was forgotten: the variable is named (%s)',
  async (command) => {
    stage.world.variables.LS_AUTH_API = 'https://other.example'
    const { exit, stderr } = await stage.world.type(`ls-auth ${command}`)
    delete stage.world.variables.LS_AUTH_API
    expect(exit).toBe(10)
    expect(stderr).toMatch(
      /^error: this sign-in is not for \S+, which LS_AUTH_API names\nhint: Unset LS_AUTH_API\. If you meant to change the API, confirm it: ls-auth login\n/,
    )
  },
)
