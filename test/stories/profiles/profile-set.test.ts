import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeTls } from '../../world/tls.ts'
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

const AGAIN = 'Nothing was changed. Type it again with another value: ls-auth profile set KEY VALUE\n'

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
    expect(stderr).toContain(
      `Type it again with another value: ls-auth profile set ${typed.split(' ')[0]} VALUE`,
    )
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
    ['expect.groups ""', 'expect.groups must be a list of strings that is not empty', AGAIN],
    ['access.reed.scopes x', 'access.reed is not known', 'Did you mean read? Known there: '],
    ['access.read.scope x', 'access.read.scope is not known', 'Did you mean scopes? Known there: '],
    [
      'access.read.scopes.x y',
      'access.read.scopes must be a list of strings that is not empty',
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

  it('a list is said as it was typed, and one without anything in it is none', async () => {
    const said = async (typed: string) =>
      (await world.type(`ls-auth profile set ${typed}`)).stderr.split('\n')[0]
    expect(await said('scopes openid traces:read')).toBe('profile work: scopes = openid traces:read')
    expect(await said('revoke ""')).toBe('profile work: revoke = none')
  })

  it.each([
    [
      'scopes ""',
      'scopes is empty',
      'ls-auth profile set scopes VALUE, or: ls-auth profile set scopes --unset',
    ],
    ['proxy foo', 'the proxy setting is not the URL of an HTTP proxy', 'Write it as http://host:port.'],
    [
      'proxy proxy.example:3128',
      'the proxy setting is not the URL of an HTTP proxy',
      'Write it as http://host:port.',
    ],
    [
      'proxy socks5://h:1',
      'the proxy setting is not the URL of an HTTP proxy',
      'Write it as http://host:port.',
    ],
    ['redirect_ports 80 any', 'redirect_ports must be port numbers, or "any" alone', AGAIN],
    ['redirect_ports 0 8765', 'redirect_ports must be port numbers, or "any" alone', AGAIN],
  ])('"nothing works with it": profile set %s is refused at once', async (typed, error, hint) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`error: ${error}\nhint: ${hint.replace('KEY', typed.split(' ')[0] as string)}`)
    expect(await file()).toBe(FILE)
  })

  it.each([
    ['ca_file', 'certificates'],
    ['client_cert', 'certificates'],
    ['client_key', 'the key'],
  ])('%s must be what it is for: a file that is not there, and one of something else', async (key, what) => {
    world.workingDirectory = world.home
    await writeFile(join(world.home, 'notes.txt'), 'none\n')
    for (const [name, why] of [
      ['nofile', 'there is no such file'],
      [
        'notes.txt',
        key === 'client_key' ? 'it holds no private key in PEM' : 'it holds no certificate in PEM',
      ],
    ]) {
      const { exit, stderr } = await world.type(`ls-auth profile set ${key} ${name}`)
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: `error: ${key}: ${join(world.home, name as string)}: ${why}\nhint: Set ${key} to a file of ${what} in PEM (-----BEGIN …-----).\n`,
      })
    }
    expect(await file()).toBe(FILE)
    const { cert, key: secret } = await makeTls()
    await writeFile(join(world.home, 'good.pem'), key === 'client_key' ? secret : cert, { mode: 0o600 })
    const other = key === 'client_key' ? 'client_cert' : 'client_key'
    const incomplete =
      key === 'ca_file'
        ? ''
        : `Commands refuse this profile until it is complete: ${key} is set without ${other}\nSet ${other}, too: the two belong together.\n`
    expect(await world.type(`ls-auth profile set ${key} ~/good.pem`)).toMatchObject({
      exit: 0,
      stderr: `profile work: ${key} = ~/good.pem\n${incomplete}`,
    })
    // What has been taken away meanwhile can be unset.
    await rm(join(world.home, 'good.pem'))
    expect((await world.type(`ls-auth profile set ${key} --unset`)).exit).toBe(0)
  })

  it('a certificate and its key are set one after the other, also where another pair is there', async () => {
    world.workingDirectory = world.home
    for (const pair of ['one', 'two']) {
      const { cert, key } = await makeTls()
      await writeFile(join(world.home, `${pair}.crt`), cert)
      await writeFile(join(world.home, `${pair}.key`), key, { mode: 0o600 })
    }
    for (const line of [
      'client_cert one.crt',
      'client_key one.key',
      'client_cert two.crt',
      'client_key two.key',
    ])
      expect((await world.type(`ls-auth profile set ${line}`)).exit).toBe(0)
    const { stderr } = await world.type('ls-auth profile set client_cert two.crt')
    expect(stderr).toBe(`profile work: client_cert = ${join(world.home, 'two.crt')}\n`)
  })

  it('a table in a table is no setting: the values that it can hold, and they can be set', async () => {
    const { exit, stderr } = await world.type('ls-auth profile set access.read x')
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr:
        'error: "access.read" is a table of settings, and not one\nhint: Name one value of it: access.read.scopes, access.read.groups\n',
    })
    expect((await world.type('ls-auth profile set access.read.scopes x')).exit).toBe(0)
  })

  it('a table within a table', async () => {
    await world.type('ls-auth profile set access.read.groups ops dev')
    const { stdout } = await world.type('ls-auth profile show --json')
    expect(JSON.parse(stdout).settings.access.value).toEqual({ read: { groups: ['ops', 'dev'] } })
  })

  it('what a sign-in is for is said to count from the next one', async () => {
    const { stderr } = await world.type('ls-auth profile set api https://traces.example')
    expect(stderr).toContain('It counts from the next sign-in: ls-auth login --profile work\n')
  })

  it('where nobody signs in it counts at once, and no sign-in is asked for', async () => {
    await world.writeConfig('[profiles.local]\nbackend = "jaeger"\napi = "http://127.0.0.1:9403"\n')
    const { stderr } = await world.type('ls-auth profile set api http://127.0.0.1:9402')
    expect(stderr).toBe('profile local: api = http://127.0.0.1:9402\n')
  })

  it('of a profile for a program it counts for the next token, and no sign-in is asked for', async () => {
    const workload = 'workload = { source = "github", grant = "token-exchange" }\n'
    await world.writeConfig(`[profiles.job]\nissuer = "https://id.example"\nclient_id = "x"\n${workload}`)
    const { exit, stderr } = await world.type('ls-auth profile set scopes traces:read')
    expect([exit, stderr]).toEqual([0, 'profile job: scopes = traces:read\n'])
  })

  it('--unset takes a value back, and an empty table with it', async () => {
    await world.type('ls-auth profile set leeway 30s')
    expect(await world.type('ls-auth profile set leeway --unset')).toMatchObject({ exit: 0 })
    expect(await file()).toBe(FILE)
    await world.type('ls-auth profile set expect.groups --unset')
    expect(await file()).not.toContain('expect')
    expect((await world.type('ls-auth profile show')).exit).toBe(0)
  })

  it('--unset of a rule that is not there says so: a typing error must not leave the true one unseen', async () => {
    await world.type('ls-auth profile set expect.groups ops')
    const before = await file()
    for (const key of ['expect.group', 'expect.', 'access.read.groups']) {
      const { exit, stderr } = await world.type(`ls-auth profile set ${key} --unset`)
      expect([exit, stderr]).toEqual([
        2,
        expect.stringMatching(/^error: \S+ is not set in the profile work\nhint: /),
      ])
    }
    expect(await file()).toBe(before)
  })

  it('--unset of a table with a value: both lines that were meant, and neither is refused', async () => {
    await world.type('ls-auth profile set expect.issuer https://id.example')
    const { exit, stderr } = await world.type('ls-auth profile set expect ops --unset')
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^error: --unset takes no value\nhint: All of it: .*\n$/)
    const lines = stderr.match(/ls-auth profile set \S+ --unset/g) ?? []
    expect(lines).toHaveLength(2)
    for (const line of lines.toReversed()) expect([line, (await world.type(line)).exit]).toEqual([line, 0])
  })

  it('--unset takes a whole table back', async () => {
    for (const line of ['access.read.groups ops', 'access.admin.scopes all'])
      await world.type(`ls-auth profile set ${line}`)
    for (const table of ['access', 'expect'])
      expect(await world.type(`ls-auth profile set ${table} --unset`)).toMatchObject({
        exit: 0,
        stderr: `profile work: ${table} is no longer set\n`,
      })
    expect(await file()).not.toMatch(/access|expect/)
    expect(await file()).toContain('shape = "kept"')
  })

  it('mends a value that every other command trips over', async () => {
    await world.writeConfig(FILE.replace('client_id', 'api = "nonsense"\nclient_id'))
    expect((await world.type('ls-auth whoami')).exit).toBe(2)
    expect((await world.type('ls-auth profile set api https://traces.example')).exit).toBe(0)
    expect((await world.type('ls-auth whoami')).exit).toBe(3)
  })

  it.each([
    ['isuer https://id.example', '"isuer" is not a setting'],
    [
      'expect ops',
      '"expect" is a table of settings, and not one\nhint: Name one value of it: expect.issuer, ',
    ],
    [
      'access',
      '"access" is a table of settings, and not one\nhint: Name one value of it: access.read.scopes, ',
    ],
    ['workload x', 'hint: Name one value of it: workload.source, '],
    ['expect.grups ops', 'expect.grups is not known'],
    ['expect.constructor 5m', 'expect.constructor is not known'],
    ['expect.toString 5m', 'expect.toString is not known'],
    ['issuer http://id.example', 'refusing plain http'],
    ['leeway 1h', 'leeway: 3600 s is too much'],
    ['authorization "Bearer hunter2"', 'authorization is neither the name of a scheme nor'],
    ['endpoint_hosts https://u:hunter2@x.example', 'endpoint_hosts takes names of hosts, without'],
    ['client_id " x"', 'the client_id begins or ends with a blank'],
    ['expect.max_token_lifetime 0s', 'expect.max_token_lifetime must be more than 0'],
    ['leeway', 'there is no value for leeway'],
    ['store keychain file', 'store takes one value'],
    ['store cloud', 'store: "cloud" is not known'],
    ['redirect_ports eighty', 'redirect_ports must be port numbers'],
    ['leeway 30s --unset', '--unset takes no value'],
    ['client_secret hunter2', 'a secret does not belong on the command line'],
    ['client_secret hunter2', 'the file that LS_AUTH_CLIENT_SECRET_FILE names.\n'],
    ['client_secret hunter2 --profile nope', 'a secret does not belong on the command line'],
    ['leeway 30s --profile nope', 'there is no profile "nope"'],
  ])('profile set %s: nothing is written', async (typed, message) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hunter2')
    expect([2, 10]).toContain(exit)
    expect(await file()).toBe(FILE)
  })

  it('one limit that contradicts the other is not written', async () => {
    await world.type('ls-auth profile set expect.max_token_lifetime 1h')
    const before = await file()
    const { exit, stderr } = await world.type('ls-auth profile set expect.min_ttl 90m')
    expect(exit).toBe(2)
    expect(stderr).toContain(
      'error: expect.min_ttl is longer than expect.max_token_lifetime: no token meets both\n',
    )
    expect(await file()).toBe(before)
  })

  it('a profile of the administrator’s file cannot be changed here', async () => {
    await world.writeConfig('')
    expect((await world.type('ls-auth profile set leeway 30s')).stderr).toContain('there is no profile in')
  })
})

it('profile set client_secret: where one may be public by design, that of which client is said', async () => {
  const google = '[profiles.g]\nprovider = "google"\nissuer = "https://id.example"\nclient_id = "x"\n'
  await world.editConfig((text) => `${text}\n${google}`)
  const { exit, stderr } = await world.type('ls-auth profile set client_secret hunter2 --profile g')
  expect(exit).toBe(2)
  expect(stderr).toContain(
    'That of a Desktop client of Google may be written into config.toml: client_secret = "…"\n',
  )
  expect(stderr).not.toContain('hunter2')
})

it.each([
  ['client_id=y', 'client_id y'],
  ['leeway=30s', 'leeway 30s'],
  ['client_secret=hush', 'client_secret VALUE'],
])('profile set %s: without the sign', async (typed, meant) => {
  const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
  expect(exit).toBe(2)
  expect(stderr).toContain(`hint: Did you mean: ls-auth profile set ${meant}\n`)
})

it.each([
  ['work leeway 30s', 'leeway 30s --profile work'],
  ['work scopes openid profile', 'scopes openid profile --profile work'],
  ['work expect.groups ops', 'expect.groups ops --profile work'],
  ['work leeway --unset', 'leeway --unset --profile work'],
  ['work leeway 30s --profile home', 'leeway 30s --profile work'],
  ['work client_secret hunter2', 'KEY VALUE --profile work'],
  ['work client_secret.x hunter2', 'KEY VALUE --profile work'],
  ['work api http://u:hunter2@h', 'api VALUE --profile work'],
  ['work proxy u:hunter2@h:3128', 'proxy VALUE --profile work'],
  ['work api https://h/?token=hunter2', 'api VALUE --profile work'],
  [`work api http://127.0.0.1:1/${'s'.repeat(43)}/`, 'api VALUE --profile work'],
  ['work account ada@example.test', 'account ada@example.test --profile work'],
  ['work expect x', 'KEY VALUE --profile work'],
  ['work api https://h', 'api https://h --profile work'],
  ['work', 'KEY VALUE --profile work'],
  ['work nonsense x', 'KEY VALUE --profile work'],
])('profile set %s: the name of a profile stands behind --profile', async (typed, meant) => {
  const { exit, stderr } = await world.type(`ls-auth profile set ${typed}`)
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: `error: "work" is a profile, and not a setting\nhint: Did you mean: ls-auth profile set ${meant}\n`,
  })
  expect(await file()).toBe(FILE)
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

it('profile set: a word that is neither is no setting, also where the settings cannot be read', async () => {
  await world.writeConfig('[profiles')
  expect((await world.type('ls-auth profile set work x')).stderr).toContain(
    'error: "work" is not a setting\n',
  )
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
