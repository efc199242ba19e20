import { rm, writeFile } from 'node:fs/promises'
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
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 60 })
})
afterEach(() => world.close())

const login = (flags = '') =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1 ${flags}`,
  )
const rows = async () => JSON.parse((await world.type('ls-auth status --json')).stdout)

describe('"who is signed in on this machine?"', () => {
  it('nobody, and no profile: exit 0 and what to type', async () => {
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toBe('Nobody is signed in, and there is no profile. Run: ls-auth login\n')
    expect(await rows()).toEqual([])
  })

  it('a person: who, how long, whether it renews, at 60 columns without a request', async () => {
    await login('--profile work')
    const asked = provider.requests.length
    world.watched = true
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    world.watched = false
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^note: no room here for API; a pipe and --json\s+have all\n$/)
    expect(stdout).toMatch(/^ {2}PROFILE +SIGNED IN AS +TOKEN/)
    expect(stdout).toMatch(/^\* work +alice@example\.test +1h, renews/m)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(await rows()).toEqual([
      {
        profile: 'work',
        default: true,
        state: 'signed-in',
        person: 'alice@example.test',
        subject: 'alice',
        issuer: provider.issuer,
        client_id: provider.clientId,
        account: 'default',
        apis: ['http://127.0.0.1:1/'],
        backend: 'lightstep',
        store: 'keychain',
        signed_in_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        expires_in: expect.any(Number),
        renewable: true,
        refresh_expires_in: null,
        shared_with: [],
        problem: null,
      },
    ])
    world.clockOffset = 2 * 3600_000
    expect((await world.type('ls-auth status')).stdout).toContain('renewed at next use')
    expect((await rows())[0].expires_in).toBeLessThan(0)
    expect(provider.requests.length).toBe(asked)
  })

  it.each(['status', 'profile list'])(
    '"am I signed in there?" of a profile that is not there: %s',
    async (command) => {
      await login('--profile work')
      const none = {
        exit: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /^error: there is no profile "wrok"\nhint: Did you mean work\? Profiles: work\./,
        ),
      }
      expect(await world.type(`ls-auth ${command} --profile wrok`)).toEqual(none)
      world.variables.LS_AUTH_PROFILE = 'wrok'
      expect(await world.type(`ls-auth ${command}`)).toEqual({
        exit: 2,
        stdout: '',
        stderr:
          'error: there is no profile "wrok", which LS_AUTH_PROFILE names\n' +
          'hint: Did you mean work? Profiles: work. Unset LS_AUTH_PROFILE, or give it the name of a profile.\n',
      })
      expect((await world.type(`ls-auth ${command} --json`)).exit).toBe(2)
      // A flag goes before the variable.
      expect((await world.type(`ls-auth ${command} --profile work`)).exit).toBe(0)
      delete world.variables.LS_AUTH_PROFILE
    },
  )

  it.each(['status', 'profile list'])('LS_AUTH_PROFILE, set and empty, is exit 2: %s', async (command) => {
    await login('--profile work')
    world.variables.LS_AUTH_PROFILE = ''
    expect(await world.type(`ls-auth ${command}`)).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'error: LS_AUTH_PROFILE is set, but empty\nhint: Give it a value, or unset it.\n',
    })
    delete world.variables.LS_AUTH_PROFILE
  })

  it('"which one do my commands use?": that of LS_AUTH_PROFILE is marked, in text and in JSON', async () => {
    await login('--profile work')
    await login('--profile tempo --account other')
    const marked = async () => {
      const texts = ['status', 'profile list'].map(async (command) => {
        const { stdout } = await world.type(`ls-auth ${command}`)
        return [...stdout.matchAll(/^\* (\S+)/gm)].map(([, name]) => name)
      })
      const values = ['status', 'profile list'].map(async (command) => {
        const list: { name?: string; profile?: string; default: boolean }[] = JSON.parse(
          (await world.type(`ls-auth ${command} --json`)).stdout,
        )
        return list.filter((one) => one.default).map(({ profile, name }) => profile ?? name)
      })
      return Promise.all([...texts, ...values])
    }
    expect(await marked()).toEqual([['work'], ['work'], ['work'], ['work']])
    world.variables.LS_AUTH_PROFILE = 'tempo'
    expect((await world.type('ls-auth profile show')).stdout).toMatch(/^tempo /)
    expect(await marked()).toEqual([['tempo'], ['tempo'], ['tempo'], ['tempo']])
    delete world.variables.LS_AUTH_PROFILE
  })

  it('issuer and API where there is room', async () => {
    await world.close()
    world = await openWorld({ visitor: { user: 'alice' }, columns: 140 })
    await login('--profile work')
    const { stdout } = await world.type('ls-auth status')
    expect(stdout).toContain('ISSUER')
    expect(stdout).toContain(new URL(provider.issuer).host)
    expect(stdout).toMatch(/127\.0\.0\.1:1$/m)
  })

  it('wrong settings of a profile do not make its sign-in one of nobody, to be signed out of', async () => {
    await login('--profile work')
    world.variables.LS_AUTH_ISSUER = ''
    const { stdout, stderr } = await world.type('ls-auth status')
    delete world.variables.LS_AUTH_ISSUER
    expect(stdout).toMatch(/^. work +\(wrong settings\)/m)
    expect(stdout + stderr).not.toMatch(/no profile|logout/)
  })

  it.each([
    ['LS_AUTH_REASON', 'é', 'must be printable ASCII'],
    ['LS_AUTH_BACKEND', 'TEMPO', 'TEMPO'],
    ['scopes', '["openid", 5]', 'must be a list of strings'],
  ])(
    'wrong settings (%s = %s) are no "nobody is signed in": what is wrong, and what to do',
    async (where, value, words) => {
      await login('--profile work')
      if (where === 'scopes') await world.editConfig((text) => `${text}\nscopes = ${value}\n`)
      else world.variables[where] = value
      const { exit, stdout, stderr } = await world.type('ls-auth status')
      delete world.variables[where]
      expect([exit, stdout]).toEqual([0, expect.stringMatching(/^. work +\(wrong settings\)/m)])
      const flat = stderr.replaceAll(/\s+/g, ' ')
      expect(flat).toMatch(new RegExp(`work: .*${where}`))
      expect(flat).toContain(words)
      expect(flat).toContain(
        'Correct the settings first: it could not be seen whether somebody is signed in.',
      )
      expect(flat).not.toMatch(/Nobody|ls-auth login/)
    },
  )

  it('nobody is sent to a login that no person can make: tokens of this provider are for programs', async () => {
    await world.writeConfig(
      '[profiles.ci]\nissuer = "https://token.actions.githubusercontent.com"\nclient_id = "x"\napi = "http://127.0.0.1:1"\n',
    )
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^. ci +no sign-in needed/m)])
    expect(stderr).not.toContain('ls-auth login')
    expect((await world.type('ls-auth login --profile ci')).exit).toBe(2)
  })

  it('profiles that share a sign-in, one that is not signed in, one that needs none', async () => {
    await login('--profile work')
    await world.editConfig(
      (text) =>
        `${text}\n[profiles.tempo]\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "http://127.0.0.1:1"\n` +
        '[profiles.other]\nissuer = "https://idp.example"\nclient_id = "x"\n' +
        '[profiles.local]\nbackend = "jaeger"\napi = "http://127.0.0.1:2"\nauthorization = "none"\n',
    )
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ {2}tempo +alice@example\.test/m)
    expect(stdout).toMatch(/^ {2}other +not signed in/m)
    expect(stdout).toMatch(/^ {2}local +no sign-in needed/m)
    expect(stderr).toBe('work and tempo share one sign-in.\n')
    const states = (await rows()).map(({ state, shared_with }: never) => [state, shared_with])
    expect(states).toEqual([
      ['signed-in', ['tempo']],
      ['signed-in', ['work']],
      ['signed-out', []],
      ['not-needed', []],
    ])
  })

  it('a sign-in whose profile is gone', async () => {
    await login('--profile work')
    await writeFile(world.configFile, '')
    expect((await world.type('ls-auth status')).stdout).toMatch(/^ {2}\(no profile\) +alice@example\.test/m)
    expect((await rows())[0]).toMatchObject({
      profile: null,
      state: 'signed-in',
      apis: ['http://127.0.0.1:1'],
    })
  })

  it('a profile that names another issuer or API than it signed in for', async () => {
    await login('--profile work')
    await world.editConfig((text) => text.replace('127.0.0.1:1"', '127.0.0.1:2"'))
    expect((await rows())[0]).toMatchObject({ state: 'signed-in', problem: { code: 'other-origin' } })
    await world.editConfig((text) => text.replace(provider.clientId, 'another'))
    expect(await rows()).toMatchObject([
      { profile: 'work', state: 'signed-out', problem: { code: 'profile-changed' } },
      { profile: null, state: 'signed-in' },
    ])
  })

  it('wrong settings of one profile do not hide the others', async () => {
    await login('--profile work')
    await world.editConfig((text) => `${text}\n[profiles.bad]\nissuer = "http://idp.example"\n`)
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ {2}bad +\(wrong settings\)/m)
    expect(stderr).toContain('bad: refusing plain http to idp.example')
    expect((await rows())[1]).toMatchObject({
      profile: 'bad',
      state: 'invalid',
      problem: { code: 'refused' },
    })
  })
})

describe('what cannot be read now', () => {
  it('a locked keychain: known without the secret, exit 0', async () => {
    await login('--profile work')
    world.keychain.locked = true
    const { exit, stdout } = await world.type('ls-auth status')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^\* work +\(locked\)/m)
    expect((await rows())[0]).toMatchObject({
      state: 'locked',
      person: null,
      issuer: provider.issuer,
      store: 'keychain',
      expires_in: null,
      renewable: null,
      problem: { code: expect.stringMatching(/^keychain-/) },
    })
  })

  it('a keychain that hangs is asked once', async () => {
    await login('--profile work')
    await login('--profile two --account two')
    const { Failure } = await import('../../world/program.ts').then(({ program }) => program)
    world.keychain.fail.get = new Failure('keychain-stuck', 'the keychain does not answer')
    const before = world.keychain.calls.length
    const { exit, stderr } = await world.type('ls-auth status')
    expect(exit).toBe(0)
    expect(stderr).toContain(
      'work: the keychain does not answer. Restart the keychain service and try again.\n',
    )
    expect(world.keychain.calls.length - before).toBe(1)
  })

  it('a passphrase is not asked for', async () => {
    world.stdin = ['correct horse', 'correct horse']
    expect((await login('--profile work --store file')).exit).toBe(0)
    world.stdin = ['never read']
    expect((await rows())[0]).toMatchObject({
      state: 'locked',
      store: 'file',
      problem: { code: 'store-key' },
    })
    expect(world.stdin).toEqual(['never read'])
  })

  it('a sign-in that its profile left behind is read with the key file of that profile', async () => {
    await login(`--profile work --store file --store-key-file ${join(world.home, 'keys', 'key')}`)
    await world.type('ls-auth profile set client_id other')
    expect((await rows())[1]).toMatchObject({
      profile: null,
      state: 'signed-in',
      person: 'alice@example.test',
      problem: null,
    })
    expect((await world.type('ls-auth status')).stderr).not.toContain('--store-key-file FILE')
  })

  it('a key file that is gone', async () => {
    const keyFile = join(world.home, 'keys', 'key')
    await login(`--profile work --store file --store-key-file ${keyFile}`)
    expect((await rows())[0]).toMatchObject({ state: 'signed-in', store: 'file' })
    await rm(keyFile)
    expect((await rows())[0]).toMatchObject({ state: 'locked', problem: { code: 'store-key' } })
  })
})

describe('profiles that share a sign-in', () => {
  const share = () =>
    world.editConfig(
      (text) =>
        `${text}\n[profiles.tempo]\nbackend = "tempo"\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "https://tempo.example/"\n` +
        '[profiles.bad]\nissuer = "http://idp.example"\nclient_id = "x"\n',
    )

  it('profile list tells them apart by API and back end, and says who is signed in', async () => {
    await login('--profile work')
    await share()
    world.watched = true
    const { exit, stdout, stderr } = await world.type('ls-auth profile list')
    world.watched = false
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^note: no room here for ISSUER; a pipe and --json\s+have all\n$/)
    expect((await world.type('ls-auth profile list')).stderr).toBe('')
    expect(stdout).toMatch(/^ {2}PROFILE +BACKEND +SIGNED IN AS/)
    expect(stdout).toMatch(/^ {2}work +lightstep +alice@example\.test/m)
    expect(stdout).toMatch(/^ {2}tempo +tempo +alice@example\.test/m)
    expect(stdout).toMatch(/^ {2}bad +lightstep +\(wrong settings\)/m)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
    const json = JSON.parse((await world.type('ls-auth profile list --json')).stdout)
    expect(json[1]).toEqual({
      name: 'tempo',
      default: false,
      issuer: provider.issuer,
      api: 'https://tempo.example/',
      backend: 'tempo',
      state: 'signed-in',
      person: 'alice@example.test',
    })
  })

  it('logout names the others that it has signed out as well', async () => {
    await login('--profile work')
    await share()
    const { exit, stderr } = await world.type('ls-auth logout --profile work')
    expect(exit).toBe(0)
    expect(stderr).toContain('Signed out of work.\n')
    expect(stderr).toContain('  also signed out   tempo: it shares this sign-in\n')
    await login('--profile work')
    const json = JSON.parse((await world.type('ls-auth logout --profile work --json')).stdout)
    expect(json.shared_with).toEqual(['tempo'])
  })
})
