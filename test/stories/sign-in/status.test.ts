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
    expect(stderr).toBe(
      'There is no profile yet. Ask your platform team for the address of the trace gateway, then: ls-auth login URL\n',
    )
    expect(await rows()).toEqual([])
  })

  it('a key that is misspelt: says so, and not that a sign-in is not needed', async () => {
    await world.writeConfig(
      `[profiles.work]\nisuer = "${provider.issuer}"\nclient_id = "x"\napi = "http://127.0.0.1:1"\n`,
    )
    const { stderr } = await world.type('ls-auth status')
    expect(stderr.replaceAll(world.configFile, 'FILE')).toBe(
      'note: FILE: the setting "isuer" is unknown in this version and was ignored. Did you mean issuer?\n' +
        'Correct the settings first: they do not say whether you are signed in.\n',
    )
  })

  it('a person: who, how long, whether it renews, at 60 columns without a request', async () => {
    await login('--profile work')
    const asked = provider.requests.length
    world.watched = true
    const { exit, stdout, stderr } = await world.type('ls-auth status')
    world.watched = false
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^note: no room for API; --json has all\n$/)
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
        backend: null,
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
})

describe('profiles that share a sign-in', () => {
  const share = () =>
    world.editConfig(
      (text) =>
        `${text}\n[profiles.tempo]\nbackend = "tempo"\nissuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "https://tempo.example/"\n` +
        '[profiles.bad]\nissuer = "http://idp.example"\nclient_id = "x"\n',
    )

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
