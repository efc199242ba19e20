import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** What a profile holds is judged when it is read, by every command alike: a policy that cannot be read is not skipped. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
const BASE = '[profiles.work]\nissuer = "https://id.example"\nclient_id = "x"\n'
const write = (lines: string) => world.writeConfig(`${BASE}${lines}\n`)

describe('a value that cannot be', () => {
  it.each([
    ['[profiles.work.expect]\naudience = 7', 'expect.audience must be a non-empty list of strings'],
    ['[profiles.work.expect]\ngroups = ["ops", 3]', 'expect.groups must be'],
    ['[profiles.work.expect]\nscopes = ""', 'expect.scopes must be'],
    ['[profiles.work.expect]\nstrict = "yes"', 'expect.strict must be true or false'],
    ['[profiles.work.expect]\nsub = ["a"]', 'expect.sub must be a text'],
    [
      '[profiles.work.expect]\nmax_token_lifetime = "an hour"',
      'expect.max_token_lifetime: "an hour" is not a duration',
    ],
    ['[profiles.work.expect]\nmin_ttl = -5', 'expect.min_ttl must be a duration'],
    ['[profiles.work.expect]\naudiences = ["a"]', 'expect.audiences is not known'],
    ['expect = "strict"', 'expect must be a table'],
    ['[profiles.work.access]\nreed = { scopes = ["a"] }', 'access.reed is not known'],
    ['[profiles.work.access]\nadmin = { group = ["sre"] }', 'access.admin.group is not known'],
    ['[profiles.work.access]\nread = { scopes = "" }', 'access.read.scopes must be'],
    ['use_token = "both"', 'use_token: "both" is not known'],
    ['redirect_ports = [70000]', 'redirect_ports must be port numbers'],
    ['redirect_ports = { a = 1 }', 'redirect_ports must be port numbers'],
    ['redirect_path = "@evil.example/"', 'redirect_path must be a path'],
    ['redirect_path = ":80@evil.example/"', 'redirect_path must be a path'],
    ['redirect_path = ".evil.example/"', 'redirect_path must be a path'],
    ['redirect_path = "//evil.example/"', 'redirect_path must be a path'],
    ['redirect_path = "/\\\\evil.example/"', 'redirect_path must be a path'],
    ['redirect_path = "/cb#f"', 'redirect_path must be a path'],
    ['redirect_path = "/cb?x=1"', 'redirect_path must be a path'],
    ['redirect_path = "/../cb"', 'redirect_path must be a path'],
    ['redirect_path = "/a b"', 'redirect_path must be a path'],
    ['authorization_parameters = ["hd"]', 'authorization_parameters must be a list of name=value'],
    ['authorization_parameters = "scope=all"', 'authorization_parameters sets "scope", which ls-auth sets'],
    [
      'authorization_parameters = ["hd=a", "hd=b"]',
      'authorization_parameters names the parameter "hd" twice',
    ],
    [
      'authorization_parameters = ["hd=a "]',
      'authorization_parameters has a value with spaces around it (hd)',
    ],
    [
      'authorization_parameters = ["hd=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"]',
      'authorization_parameters holds a token, which would be visible to anyone who reads it',
    ],
    ['revoke = ["everything"]', 'revoke must list refresh, access'],
    ['leeway = "1h"', 'leeway: 3600 s is too much'],
    ['audience_style = "header"', 'audience_style: "header" is not known'],
    ['provider = "azuread"', 'provider: "azuread" is not known'],
    ['authorization = "a b"', 'authorization is neither the name of a scheme nor'],
    ['authorization = "{token}\\nX: {token}"', 'authorization is neither the name of a scheme nor'],
    ['authorization = "Token {tokn}"', 'authorization is neither the name of a scheme nor'],
    ['endpoint_hosts = ["https://x.example"]', 'endpoint_hosts takes host names without scheme'],
    ['endpoint_hosts = ["a.example", "b.example:8443"]', 'endpoint_hosts takes host names without scheme'],
    ['[profiles.work.expect]\nmax_token_lifetime = "0s"', 'expect.max_token_lifetime must be more than 0'],
    [
      '[profiles.work.expect]\nmin_ttl = "2h"\nmax_token_lifetime = "1h"',
      'expect.min_ttl is longer than expect.max_token_lifetime: no token meets both',
    ],
  ])('%j: exit 2 in two lines, for each command', async (lines, words) => {
    await write(lines)
    for (const command of ['token', 'whoami', 'check', 'login', 'profile show']) {
      const { exit, stdout, stderr } = await world.type(`ls-auth ${command}`)
      expect([command, exit, stdout]).toEqual([command, 2, ''])
      const [error, hint] = stderr.split('\n')
      expect(error).toContain(words)
      // The command that shows settings meets the same error: it is no way out.
      expect(hint).toMatch(/^hint: (?!.*profile show)/)
    }
    // The check of the settings has failed, and it says the same.
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(words)
    expect((await world.type('ls-auth profile list')).exit).toBe(0)
  })
})

describe('"where do I correct it?"', () => {
  const two = (lines: string) =>
    world.writeConfig(`default_profile = "work"\n[profiles.other]\n${BASE}${lines}\n`)

  it.each([
    'leeway = "5 minutes"',
    'leeway = "1h"',
    'client_secret_max_age = "long"',
    'revoke = ["everything"]',
    'provider = "azuread"',
    'api = "nonsense"',
    'api = "http://gw.example"',
    'issuer = "nonsense"',
    'proxy = "http://u:p@h"',
    'client_secret = "x"',
    'dpop = true\nuse_token = "id"',
    'authorization = "a b"',
    'endpoint_hosts = ["https://x.example"]',
  ])('%j: the error names setting, profile and file', async (lines) => {
    if (lines.startsWith('issuer')) await world.writeConfig(`[profiles.work]\n${lines}\n`)
    else await two(lines)
    const key = lines.split(' ')[0]
    const { exit, stderr } = await world.type('ls-auth services')
    expect([2, 10]).toContain(exit)
    expect(stderr).toContain(`\n  ${key} of the profile work, in ${world.configFile}\n`)
  })

  it.each([
    ['LS_AUTH_API', 'nonsense'],
    ['LS_AUTH_ISSUER', 'nonsense'],
    ['LS_AUTH_BACKEND', 'splunk'],
    ['LS_AUTH_STORE', 'cloud'],
  ])('%s = %s: the error names the variable', async (name, value) => {
    await two('')
    world.variables[name] = value
    const { exit, stderr } = await world.type('ls-auth services')
    delete world.variables[name]
    expect(exit).toBe(2)
    expect(stderr).toContain(name)
    expect(stderr).not.toContain(world.configFile)
  })
})
