import { afterAll, beforeAll, expect, it } from 'vitest'
import { tokenText } from '../../claims/token-text.ts'
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
    '  server: insufficient_scope: membership in one of these groups is required: sre board\n',
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

it.each([
  [
    'a scope that was not asked for',
    '--scope traces:write',
    'You lack the scope traces:write. Sign in again and ask for it: ls-auth login --scope traces:write.',
  ],
  [
    'such a scope and a group',
    '--scope traces:write --group sre',
    'You lack the scope traces:write and the group sre. Whoever manages groups at HOST can add you; then sign in again: ls-auth login --scope traces:write.',
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
    `hint: You lack the scope traces:write. Whoever manages the client at ${host} can allow the scope; then sign in again: ls-auth login. ls-auth whoami`,
  )
})

it.each([
  ['--group ops,dev', '--group', 'ops,dev', 'ops --group dev'],
  ['--scope traces:read,openid', '--scope', 'traces:read,openid', 'traces:read --scope openid'],
])('check %s: each value has a flag of its own', async (flags, flag, value, meant) => {
  const { exit, stderr } = await stage.world.type(`ls-auth check ${flags}`)
  expect(exit).toBe(5)
  expect(stderr).toContain(`hint: ${value} is looked for as one name. Several: ${flag} ${meant}\n`)
})

it('check with a token that has no groups at all', async () => {
  stage.world.visitor = { user: 'carol' }
  await stage.world.type(`ls-auth login --port 0 --scopes "openid offline_access traces:read"`)
  const { stderr } = await stage.world.type('ls-auth check --group ops')
  expect(stderr).toContain(
    `error: 1 of 3 checks is unknown: group\nhint: The token has no claim with groups. Whoever manages ${host} can add it to the tokens of this client.`,
  )
})

it('check and whoami with groups in another shape: unknown, and not "in no group"', async () => {
  const claims = { iss: stage.provider.issuer, sub: 'carol', groups: [{ name: 'ops' }] }
  stage.world.variables.LS_AUTH_TOKEN = tokenText({ alg: 'RS256' }, claims)
  const check = await stage.world.type('ls-auth check --offline --json --group ops')
  const whoami = await stage.world.type('ls-auth whoami')
  delete stage.world.variables.LS_AUTH_TOKEN
  expect(JSON.parse(check.stdout).findings).toContainEqual(
    expect.objectContaining({ assertion: 'group', verdict: 'unknown', reason: 'unreadable' }),
  )
  expect(whoami.stdout).toMatch(/^ *groups +in the token, in a shape that ls-auth does not read$/m)
})

it('check and whoami with some groups in another shape: a group may be among those', async () => {
  const claims = { iss: stage.provider.issuer, sub: 'carol', groups: [{ name: 'ops' }, 'dev'] }
  stage.world.variables.LS_AUTH_TOKEN = tokenText({ alg: 'RS256' }, claims)
  const check = await stage.world.type('ls-auth check --offline --json --group ops')
  const whoami = await stage.world.type('ls-auth whoami')
  const json = await stage.world.type('ls-auth whoami --json')
  delete stage.world.variables.LS_AUTH_TOKEN
  expect(JSON.parse(check.stdout).findings).toContainEqual(
    expect.objectContaining({ assertion: 'group', verdict: 'unknown', reason: 'unreadable' }),
  )
  expect(whoami.stdout).toMatch(/^ *groups +dev \(more, in a shape that ls-auth does not read\)/m)
  expect(JSON.parse(json.stdout).identity.groups).toMatchObject({ value: ['dev'], partial: true })
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

it('check of another issuer does not ask for what was given', async () => {
  stage.world.variables.LS_AUTH_TOKEN = (await stage.world.type('ls-auth token')).stdout.trim()
  const { exit, stderr } = await stage.world.type('ls-auth check --issuer https://other.example')
  delete stage.world.variables.LS_AUTH_TOKEN
  expect(exit).toBe(5)
  expect(stderr).not.toContain('name it: --issuer URL')
})
