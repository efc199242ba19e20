import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const FILE = `# the one for work
[profiles.work]
issuer = "https://id.example" # as the provider writes it
client_id = "x"
shape = "kept"

[profiles.work.expect]
groups = ["ops"]
`
beforeEach(() => world.writeConfig(FILE))
const file = () => readFile(world.configFile, 'utf8')

const AGAIN = 'Nothing was changed. Choose another value: ls-auth profile set KEY VALUE\n'

describe('profile set', () => {
  it('changes one value and keeps comments, order and unknown keys', async () => {
    const { exit, stderr } = await world.type('ls-auth profile set leeway 30s')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'profile work: leeway = 30s\n' })
    expect(await file()).toContain('leeway = "30s"')
    for (const line of FILE.split('\n')) expect(await file()).toContain(line)
  })

  it.each([
    ['scopes openid traces:read', 'scopes = ["openid", "traces:read"]'],
    ['scopes "openid traces:read"', 'scopes = ["openid", "traces:read"]'],
    ['redirect_ports 8765 9000', 'redirect_ports = [8765, 9000]'],
    ['authorization_parameters hd=a "note=b c"', 'authorization_parameters = ["hd=a", "note=b c"]'],
    ['expect.groups ops sre', 'groups = ["ops", "sre"]'],
    ['expect.strict true', 'strict = true'],
    ['expect.min_ttl 5m', 'min_ttl = "5m"'],
  ])('profile set %s', async (typed, line) => {
    expect((await world.type(`ls-auth profile set ${typed}`)).exit).toBe(0)
    expect((await file()).replaceAll(/\[ ?"/g, '["').replaceAll(/" ?\]/g, '"]')).toContain(line)
    expect((await world.type('ls-auth profile show')).exit).toBe(0)
  })

  it.each([
    ...['dpop maybe', 'redirect_ports http', 'redirect_path callback', 'redirect_path @evil.example/'],
    ...['authorization_parameters hd', 'authorization_parameters hd=a hd=b'],
  ])('a value that cannot be: profile set %s', async (typed) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`Choose another value: ls-auth profile set ${typed.split(' ')[0]} VALUE`)
    expect(await file()).toBe(FILE)
  })

  it.each([
    ['expect.foo x', 'expect.foo is not known', 'Known there: issuer, '],
    ['expect.strict maybe', 'expect.strict must be true or false', AGAIN],
    ['expect.max_token_lifetime 5 days', 'expect.max_token_lifetime must be a duration, such as "1h"', AGAIN],
    [
      'expect.max_token_lifetime soon',
      'expect.max_token_lifetime: "soon" is not a duration',
      'Write it like ',
    ],
    ['expect.groups ""', 'expect.groups must be a non-empty list of strings', AGAIN],
    ['access.reed.scopes x', 'access.reed is not known', 'Did you mean read? Known there: '],
    ['access.read.scope x', 'access.read.scope is not known', 'Did you mean scopes? Known there: '],
    [
      'access.read.scopes.x y',
      'access.read.scopes must be a non-empty list of strings',
      AGAIN.replace('KEY', 'access.read.scopes'),
    ],
    ['workload.source x', 'workload.source: "x" is not known', 'Choose one of: '],
    ['workload.sauce x', 'workload.sauce is not known', 'Did you mean source? Known there: '],
    ['workload.audience ""', 'workload.audience must be a string', AGAIN],
  ])('"what I typed is wrong, and not my file": profile set %s', async (typed, error, hint) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
    const key = typed.split(' ')[0]
    expect(exit).toBe(2)
    expect(stderr.startsWith(`error: ${error}\nhint: ${hint.replace('KEY', `${key}`)}`), stderr).toBe(true)
    expect(stderr).not.toContain(world.configFile)
    expect(await file()).toBe(FILE)
  })

  it('--unset takes a value back, and an empty table with it', async () => {
    await world.type('ls-auth profile set leeway 30s')
    expect(await world.type('ls-auth profile set leeway --unset')).toMatchObject({ exit: 0 })
    expect(await file()).toBe(FILE)
    await world.type('ls-auth profile set expect.groups --unset')
    expect(await file()).not.toContain('expect')
    expect((await world.type('ls-auth profile show')).exit).toBe(0)
  })

  it.each([
    ['isuer https://id.example', '"isuer" is not a setting'],
    [
      'expect ops',
      '"expect" is a table of settings, not a setting\nhint: Name one value of it: expect.issuer, ',
    ],
    [
      'access',
      '"access" is a table of settings, not a setting\nhint: Name one value of it: access.read.scopes, ',
    ],
    ['workload x', 'hint: Name one value of it: workload.source, '],
    ['expect.grups ops', 'expect.grups is not known'],
    ['expect.constructor 5m', 'expect.constructor is not known'],
    ['expect.toString 5m', 'expect.toString is not known'],
    ['issuer http://id.example', 'refusing plain http'],
    ['leeway 1h', 'leeway: 3600 s is too much'],
    ['authorization "Bearer hunter2"', 'authorization is neither the name of a scheme nor'],
    ['endpoint_hosts https://u:hunter2@x.example', 'endpoint_hosts takes host names without'],
    ['client_id " x"', 'the client_id begins or ends with a space'],
    ['expect.max_token_lifetime 0s', 'expect.max_token_lifetime must be more than 0'],
    ['leeway', 'missing value for leeway'],
    ['store keychain file', 'store takes one value'],
    ['store cloud', 'store: "cloud" is not known'],
    ['redirect_ports eighty', 'redirect_ports must be port numbers'],
    ['leeway 30s --unset', '--unset takes no value'],
    ['client_secret hunter2', 'a secret on the command line is visible to others'],
    ['client_secret hunter2', 'set LS_AUTH_CLIENT_SECRET_FILE to a file with it.\n'],
    ['client_secret hunter2 --profile nope', 'a secret on the command line is visible to others'],
    ['leeway 30s --profile nope', 'there is no profile "nope"'],
  ])('profile set %s: nothing is written', async (typed, message) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hunter2')
    expect([2, 10]).toContain(exit)
    expect(await file()).toBe(FILE)
  })
})

it.each([
  ['client_secret.x hunter2', 'error: "client_secret.x" is not a setting\n'],
  ['client_secret.x=hunter2', 'error: "client_secret.x" is not a setting\n'],
  ['client-secret=hunter2', 'error: "client-secret" is not a setting\n'],
  ['proxy=http://u:hunter2@h', 'hint: Did you mean: ls-auth profile set proxy VALUE\n'],
  ['http://u:hunter2@h', 'error: an address is not a setting\n'],
])('profile set %s: a secret is not repeated', async (typed, says) => {
  const { exit, stdout, stderr } = await world.type(`ls-auth profile set ${typed}`)
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  expect(stderr).toContain(says)
  expect(stderr).not.toContain('hunter2')
})

describe('a user and a password in the proxy', () => {
  it.each(['http://u:hunter2@h:1', 'http://u@h:1', 'u:hunter2@h:1'])(
    'are neither saved nor read from the file, and not shown: %s',
    async (proxy) => {
      await world.writeConfig('[profiles.work]\nissuer = "https://id.example"\nclient_id = "x"\n')
      const before = await readFile(world.configFile, 'utf8')
      const words =
        /^error: the proxy URL holds a user name or password\nhint: Remove it from the URL\. .*HTTPS_PROXY\.\n/
      const typed = await world.type(`ls-auth profile set proxy ${proxy}`)
      expect(typed).toMatchObject({ exit: 2, stderr: expect.stringMatching(words) })
      expect(typed.stderr.split('\n')).toHaveLength(3)
      expect(await readFile(world.configFile, 'utf8')).toBe(before)
      await world.writeConfig(`${before}proxy = "${proxy}"\n`)
      const { exit, stdout, stderr } = await world.type('ls-auth profile show')
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toMatch(words)
      expect(stderr.split('\n').slice(2)).toEqual([`  proxy of the profile work, in ${world.configFile}`, ''])
      // What the hint says to do is possible.
      expect((await world.type('ls-auth profile set proxy http://h:1')).exit).toBe(0)
    },
  )
})
