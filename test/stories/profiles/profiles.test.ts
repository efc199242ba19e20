import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
})
afterEach(() => world.close())
const add = (name: string, flags = '') =>
  world.type(
    `ls-auth profile add ${name} --issuer ${provider.issuer} --client-id ${provider.clientId} ${flags}`,
  )

describe('profiles', () => {
  it('add asks the provider, writes the file 0600, and says what to register', async () => {
    const outcome = await add('work', '--api https://gw.example --organization acme')
    expect(outcome).toMatchObject({ exit: 0, stdout: '' })
    expect(outcome.stderr).toContain('  http://127.0.0.1:8765/callback\n')
    expect((await stat(world.configFile)).mode & 0o777).toBe(0o600)
    expect(await readFile(world.configFile, 'utf8')).toBe(
      `[profiles.work]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "https://gw.example"\norganization = "acme"\n`,
    )
    expect((await add('work')).exit).toBe(2)
  })

  it.each([
    ['http://idp.example', 10],
    ['https://idp.example?x=1', 2],
    ['https://user:pw@idp.example', 2],
    ['idp.example', 2],
    ['file:///etc', 2],
  ])('an issuer of %s is refused: exit %i', async (issuer, exit) => {
    expect((await world.type(`ls-auth profile add x --issuer ${issuer} --client-id y`)).exit).toBe(exit)
  })

  it('show has what was set, and --all the rest', async () => {
    await add('a')
    const set = (await world.type('ls-auth profile show a')).stdout
    expect(set).toMatch(/^issuer +\S+ +# profile$/m)
    expect(set).not.toMatch(/# (default|preset)/)
    const all = (await world.type('ls-auth profile show a --all')).stdout
    expect(all).toMatch(/^store +keychain +# default$/m)
    expect(all).toMatch(/^use_token +access +# preset/m)
  })

  it('comments, order and unknown keys of the file stay, and are reported', async () => {
    await world.writeConfig(
      '# mine\ndefault_profile = "a" # first\n[profiles.a]\nissuer = "https://a.example" # here\nclient_id = "x"\ncolour = "red"\n',
    )
    await add('b')
    await world.type('ls-auth profile use b')
    const text = await readFile(world.configFile, 'utf8')
    for (const kept of [
      '# mine',
      'default_profile = "b" # first',
      'issuer = "https://a.example" # here',
      'colour = "red"',
    ]) {
      expect(text).toContain(kept)
    }
    expect((await world.type('ls-auth profile show a')).stderr).toContain('"colour" is unknown')
    await world.type('ls-auth profile remove b')
    expect(await readFile(world.configFile, 'utf8')).not.toContain('profiles.b')
  })

  it('show names the winner of flag, environment, profile, preset and default', async () => {
    await add('work', '--api https://gw.example')
    world.variables.LS_AUTH_API = 'https://env.example'
    const { settings } = JSON.parse((await world.type('ls-auth profile show --json')).stdout)
    expect(settings.api).toEqual({ value: 'https://env.example', source: 'LS_AUTH_API' })
    expect(settings.issuer).toEqual({ value: provider.issuer, source: world.configFile })
    expect(settings.redirect_path).toEqual({ value: '/callback', source: 'preset generic' })
    expect(settings.store).toEqual({ value: 'keychain', source: 'default' })
  })

  it('remove signs out first', async () => {
    await add('work', '--port any')
    await world.type('ls-auth login')
    const outcome = await world.type('ls-auth profile remove work')
    expect(outcome.stderr).toBe('Signed out of work.\nRemoved the profile work.\n')
    expect(world.keychain.items.size).toBe(0)
  })

  it('two profiles with one issuer, client and account share the sign-in; removing one keeps it', async () => {
    await add('a', '--port any --api https://one.example')
    await add('b', '--port any --api https://one.example')
    await world.type('ls-auth login --profile a')
    expect((await world.type('ls-auth token --profile b')).exit).toBe(0)
    await world.type('ls-auth profile remove a')
    expect((await world.type('ls-auth token')).exit).toBe(0)
  })

  it('a password in an address is shown to nobody, and not handed on', async () => {
    for (const key of ['issuer', 'api']) {
      await world.writeConfig(`[profiles.a]\n${key} = "https://ada:p@ss-word@id.example"\n`)
      const listed = [
        await world.type('ls-auth profile list'),
        await world.type('ls-auth profile list --json'),
      ]
      for (const { exit, stdout, stderr } of listed) {
        expect(exit).toBe(0)
        expect(stdout + stderr).not.toContain('ss-word')
      }
      const exported = await world.type('ls-auth profile export a')
      expect(exported).toMatchObject({ exit: 2, stdout: '' })
      expect(exported.stderr).toMatch(/^error: the (issuer|api) URL holds a user name or password\n/)
    }
  })

  it('a file that is no TOML names the line, and nothing is changed', async () => {
    await world.writeConfig('[profiles.a]\nissuer = \n')
    const outcome = await world.type('ls-auth token')
    expect(outcome.exit).toBe(2)
    expect(outcome.stderr).toMatch(/config\.toml:2:10 is not valid TOML\n.*\n {2}invalid value\n/)
    expect(await readFile(world.configFile, 'utf8')).toBe('[profiles.a]\nissuer = \n')
  })

  it('no file of the working directory is read', async () => {
    const before = process.cwd()
    await writeFile(
      join(world.home, 'config.toml'),
      '[profiles.evil]\nissuer = "https://evil.example"\nclient_id = "x"\n',
    )
    process.chdir(world.home)
    const outcome = await world.type('ls-auth profile list')
    process.chdir(before)
    expect(outcome.stdout).toBe('')
  })
})

describe('a profile for a team', () => {
  it('written to exhaust the memory is refused at once', async () => {
    const file = join(world.home, 'team.toml')
    await writeFile(file, `[profiles.a]\na${'.a'.repeat(500_000)} = 1\n`)
    const before = process.memoryUsage().rss
    const outcome = await world.type(`ls-auth profile add copy --from ${file}`)
    expect(outcome).toMatchObject({ exit: 2, stderr: expect.stringContaining('nest deeper than 64 levels') })
    expect(process.memoryUsage().rss - before).toBeLessThan(700e6)
  })

  it('is exported without characters that steer a terminal, and they come back', async () => {
    const written =
      '[profiles.work]\nissuer = "https://id.example"\norganization = "a\\u202Eb\\u009b\\U000E0041"\n'
    await world.writeConfig(written)
    const { exit, stdout } = await world.type('ls-auth profile export work')
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: written.replace('\\u202E', '\\u202e').replace('\\U000E0041', '\\U000e0041'),
    })
  })

  it('travels by export and add --from, without what belongs to one machine', async () => {
    await add('work', '--api https://gw.example --account mine --store file --store-key-file /tmp/k')
    const exported = (await world.type('ls-auth profile export work')).stdout
    expect(exported).toBe(
      `[profiles.work]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "https://gw.example"\n`,
    )
    const file = join(world.home, 'team.toml')
    await writeFile(file, exported)
    const alone = await world.type(`ls-auth profile add copy --from ${file}`)
    expect(alone.exit).toBe(2)
    expect(alone.stderr).toContain(
      `This profile signs in at  ${provider.issuer}\nand sends tokens to       https://gw.example\n`,
    )
    world.tty = true
    world.watched = true
    // A program that reads the answer is not held up by a question.
    for (const flag of ['--json', '--quiet']) {
      world.stdin = ['y']
      const { exit, stderr } = await world.type(`ls-auth profile add copy --from ${file} ${flag}`)
      expect(exit).toBe(2)
      expect(stderr).toContain('cannot ask for confirmation: stdin is not a terminal')
      expect(stderr).toContain('If issuer and API are right, add --yes. A terminal asks')
    }
    world.stdin = ['n']
    expect((await world.type(`ls-auth profile add copy --from ${file}`)).exit).toBe(4)
    world.stdin = ['y']
    expect((await world.type(`ls-auth profile add copy --from ${file}`)).exit).toBe(0)
    expect((await world.type('ls-auth profile show copy --json')).stdout).toContain('https://gw.example')
  })

  it.each([
    [
      'a letter of another alphabet',
      'https://gw.ex\u0430mple',
      'https://gw.xn--exmple-4nf (in Unicode: gw.ex\u0430mple)',
    ],
    [
      'punycode',
      'https://xn--80ak6aa92e.com:8443',
      'https://xn--80ak6aa92e.com:8443 (in Unicode: аррӏе.com)',
    ],
    ['wide letters and dots', 'https://gw.example。evil.test/api', 'https://gw.example.evil.test/api'],
    [
      'a name that is longer than a line',
      `https://login.example.com.${'a.'.repeat(100)}evil.test`,
      `https://login.example.com.${'a.'.repeat(100)}evil.test`,
    ],
    ['a long path', `https://evil.test/${'x'.repeat(500)}`, `https://evil.test/${'x'.repeat(198)}…`],
    ['a user that looks like a host', 'https://gw.example@evil.test/', 'https://evil.test'],
    ['a direction override', 'https://evil.test/\u202egw', 'https://evil.test/%E2%80%AEgw'],
    ['no address at all', 'gw.ex\u0430mple\u202e', 'gw.ex\u0430mple\\u{202e}'],
  ])('an import shows the host that is really asked: %s', async (_, api, shown) => {
    const file = join(world.home, 'team.toml')
    await writeFile(file, `[profiles.a]\nissuer = "${provider.issuer}"\nclient_id = "x"\napi = "${api}"\n`)
    const { stderr } = await world.type(`ls-auth profile add copy --from ${file}`)
    expect(stderr).toContain(`and sends tokens to       ${shown}\n`)
  })
})
