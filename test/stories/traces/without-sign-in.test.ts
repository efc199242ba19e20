import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BACKEND_IDS, listed } from '../../../src/backends/table.ts'
import { type JaegerMode, startJaegerApi } from '../../world/jaeger-api.ts'
import { startMetadataApi } from '../../world/metadata-api.ts'
import { startTempoApi, type TempoMode } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces = [makeTrace({ seed: 7 })]
const ALL = listed(BACKEND_IDS, 'or')

/** "How do I try it on the Tempo or Jaeger on my own machine?" */
let world: World
let close: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await Promise.all([world, ...close.map((end) => ({ close: end }))].map((one) => one.close()))
  close = []
})

async function tempo(mode: TempoMode = 'normal', tenant?: string): Promise<string> {
  const api = await startTempoApi({ traces, ...(tenant !== undefined && { tenant }) })
  api.mode = mode
  close.push(api.close)
  return api.url
}
async function jaeger(mode: JaegerMode): Promise<string> {
  const api = await startJaegerApi({ traces })
  api.mode = mode
  close.push(api.close)
  return api.url
}
const add = (api: string, flags = '') =>
  world.type(`ls-auth profile add local --backend tempo --api ${api} ${flags}`)

const profile = (backend: string, api: string, more = '') =>
  world.writeConfig(
    `[profiles.local]\nbackend = "${backend}"\napi = "${api}"\nauthorization = "none"\n${more}`,
  )

describe('an address where another API is', () => {
  const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
  it.each([
    ['tempo', `trace get ${ID}`, 'jaeger'],
    ['tempo', 'trace search', 'jaeger'],
    ['tempo', 'services', 'jaeger'],
    ['tempo', 'attributes http.route', 'jaeger'],
    ['tempo', "query '{} | rate()'", 'jaeger'],
    ['jaeger', `trace get ${ID}`, 'tempo'],
    ['jaeger', 'trace search', 'tempo'],
    ['jaeger', 'services', 'tempo'],
  ])(
    '%s: %s is no trace that does not exist, and no Tempo without it: exit 6',
    async (backend, words, other) => {
      await profile(backend, await (other === 'tempo' ? tempo() : jaeger('v3')))
      const { exit, stdout, stderr } = await world.type(`ls-auth ${words}`)
      expect({ exit, stdout }).toEqual({ exit: 6, stdout: '' })
      expect(stderr).toMatch(
        /^error: there is no (Tempo|Jaeger API) at this address\nhint: Check that api is the base URL.* Without a back end set, ls-auth asks/,
      )
    },
  )
})

describe('an address alone, as it is typed at 3 a.m.', () => {
  it.each(['tempo', 'jaeger'] as const)(
    'without http:// and without --backend: %s is found',
    async (kind) => {
      const api = await (kind === 'tempo' ? tempo() : jaeger('v3'))
      const { exit, stdout } = await world.type(`ls-auth services --api ${api.replace('http://', '')}`)
      expect({ exit, stdout }).toMatchObject({ exit: 0, stdout: expect.stringContaining('\n') })
    },
  )

  /** A server that is none of ours: these answers by path, else that one; its address. */
  async function server(otherwise: object, answers?: (url: string) => Readonly<Record<string, object>>) {
    const api = await startMetadataApi()
    close.push(api.close)
    Object.assign(api, { otherwise, answers: answers?.(api.url) ?? {} })
    return api
  }
  const DENIED = { status: 401, headers: { 'www-authenticate': 'Bearer' } }
  const JSON_ANYWHERE = { body: { status: 'ok' } }
  const issuerAt = (url: string) => ({
    '/.well-known/openid-configuration': {
      body: {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
      },
    },
  })

  it.each<[string, () => Promise<{ url: string }>, number, string, string]>([
    [
      'a gateway',
      () => server(DENIED),
      3,
      'error: HOST wants a token',
      'hint: Sign in: ls-auth login http://HOST',
    ],
    [
      'a page',
      async () => ({ url: await jaeger('html') }),
      2,
      'error: HOST answered with a web page instead of traces',
      'hint: Check the address. If it is that of a trace gateway, sign in: ls-auth login http://HOST',
    ],
    [
      'an identity provider',
      () => server({ status: 404 }, issuerAt),
      2,
      'error: HOST is your identity provider, not the trace gateway',
      'hint: Ask your platform team for the address of the trace gateway, or: ls-auth login --issuer http://HOST --client-id ID --api URL',
    ],
    [
      'an identity provider that denies all other paths',
      () => server(DENIED, issuerAt),
      2,
      'error: HOST is your identity provider, not the trace gateway',
      'hint: Ask your platform team for the address of the trace gateway, or: ls-auth login --issuer http://HOST --client-id ID --api URL',
    ],
    [
      'a server that answers JSON everywhere',
      () => server(JSON_ANYWHERE),
      2,
      'error: unknown back end at HOST',
      `hint: Add --backend ${ALL}, or set LS_AUTH_BACKEND. If it is a trace gateway, sign in: ls-auth login http://HOST`,
    ],
    [
      'no server',
      async () => ({ url: 'http://127.0.0.1:9' }),
      6,
      'error: cannot reach HOST: no program listens there',
      'hint: Start the server, or correct the address and its port.',
    ],
  ])('%s there is told apart, with the command that leads on', async (_, start, exit, ...lines) => {
    const { url } = await start()
    for (const command of ['services', 'trace search']) {
      const outcome = await world.type(`ls-auth ${command} --api ${url}`)
      expect(outcome).toMatchObject({ exit, stdout: '' })
      expect(outcome.stderr.replaceAll(new URL(url).host, 'HOST').split('\n').slice(0, 2)).toEqual(lines)
    }
  })

  it('LS_AUTH_TOKEN goes to no back end that is not known, nor to one that any JSON looks like', async () => {
    world.variables.LS_AUTH_TOKEN = 'a-token-for-another-place'
    for (const otherwise of [DENIED, JSON_ANYWHERE]) {
      const { url } = await server(otherwise)
      const { exit, stderr } = await world.type(`ls-auth services --api ${url}`)
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: expect.stringContaining(`hint: Add --backend ${ALL}`),
      })
    }
  })

  it('a port that there is not', async () => {
    expect(await world.type('ls-auth services --api 127.0.0.1:99999')).toMatchObject({
      exit: 2,
      stderr: 'error: the api has a wrong port: 99999\nhint: The highest port is 65535.\n',
    })
  })

  it('of another machine by plain http: the hint is the whole command with --authorization none', async () => {
    const api = 'http://jaeger.internal:16686'
    const { exit, stderr } = await world.type(`ls-auth trace search --service checkout --api ${api}`)
    expect({ exit, stderr }).toEqual({
      exit: 10,
      stderr:
        'error: refusing plain http to jaeger.internal:16686\nhint: Use https. For a server that takes no token: ' +
        `ls-auth trace search --service checkout --api ${api} --authorization none\n`,
    })
  })
})

describe('a profile for an API that wants no sign-in', () => {
  it('is made without an issuer, and used at once', async () => {
    const api = await tempo()
    const added = await add(api, '--authorization none')
    expect(added).toMatchObject({ exit: 0, stdout: '' })
    expect(added.stderr).toBe(
      `Added the profile local to ${world.configFile}.\n` +
        'No sign-in needed: requests are sent without a token.\nThen: ls-auth services --profile local\n',
    )
    expect(await readFile(world.configFile, 'utf8')).toBe(
      `[profiles.local]\nbackend = "tempo"\napi = "${api}"\nauthorization = "none"\n`,
    )
    expect(await world.type('ls-auth services')).toMatchObject({ exit: 0 })
  })
})

describe('a profile with an API and no back end', () => {
  const own = (api: string, more = '') =>
    world.writeConfig(`# mine\n[profiles.local]\napi = "${api}"\n${more}`)
  const text = () => readFile(world.configFile, 'utf8')

  it('the API is asked what it is once, and the profile keeps the answer', async () => {
    const api = await startJaegerApi({ traces })
    close.push(api.close)
    await own(api.url)
    const first = await world.type('ls-auth services')
    expect(first).toMatchObject({ exit: 0, stdout: expect.stringContaining('checkout') })
    expect(first.stderr).toBe('profile local: backend = jaeger, as its API answers\n')
    expect(await text()).toBe(`# mine\n[profiles.local]\napi = "${api.url}"\nbackend = "jaeger"\n`)
    const asked = api.requests.length
    expect(await world.type('ls-auth services')).toMatchObject({ exit: 0, stderr: '' })
    expect(api.requests.length - asked).toBeLessThan(asked)
  })

  it('an API that wants a token gets none before it is known', async () => {
    const api = await startTempoApi({ traces, apiKey: 'k' })
    close.push(api.close)
    world.variables.LS_AUTH_TOKEN = 'k'
    await own(api.url)
    expect(await world.type('ls-auth services')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('error: unknown back end at'),
    })
    expect(api.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
    expect(await text()).not.toContain('backend')
  })

  it.each([
    ['exec --proxy -- true', 125],
    ['proxy --port 0', 2],
  ])('%s: no route only reads where the back end is unknown', async (line, exit) => {
    const api = await startTempoApi({ traces, apiKey: 'k' })
    close.push(api.close)
    world.variables.LS_AUTH_TOKEN = 'k'
    await own(api.url)
    const refused = await world.type(`ls-auth ${line}`)
    expect(refused).toMatchObject({ exit, stdout: '' })
    expect(refused.stderr).toContain('error: unknown back end at')
    expect(api.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  it('exec --proxy lets through what reads of the back end that answers there', async () => {
    world.variables.LS_AUTH_TOKEN = 'k'
    await own(await jaeger('v3'))
    const script = `const ask = async (path) => (await fetch(process.env.LS_AUTH_API + path)).status
Promise.all(['/api/v3/services', '/api/search'].map(ask)).then((found) => process.exit(found.join() === '200,403' ? 0 : 9))`
    const file = join(dirname(world.configFile), 'ask.mjs')
    await writeFile(file, script)
    const { exit } = await world.type(`ls-auth exec --proxy -- ${process.execPath} ${file}`)
    expect(exit).toBe(0)
  })

  it('an API that wants the token of the profile: the hint sets the back end once', async () => {
    const api = await startTempoApi({ traces, apiKey: 'k' })
    close.push(api.close)
    await own(api.url, 'issuer = "https://id.example"\nclient_id = "x"\n')
    const { exit, stderr } = await world.type('ls-auth services')
    const set = 'ls-auth profile set backend tempo --profile local'
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: expect.stringContaining(`hint: Set it, such as: ${set}.`),
    })
    expect(await world.type(set)).toMatchObject({ exit: 0 })
    expect(await world.type('ls-auth services')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('you are not signed in'),
    })
  })
})

it('an API of one’s own machine is shown as it is asked: without a token', async () => {
  const authorization = async () => {
    const { stdout } = await world.type('ls-auth profile show --all')
    const { settings } = JSON.parse((await world.type('ls-auth profile show --json')).stdout)
    return [/^authorization +(\S+) +# (.*)$/m.exec(stdout)?.slice(1), settings.authorization]
  }
  await world.writeConfig('[profiles.local]\nbackend = "tempo"\napi = "http://127.0.0.1:1"\n')
  expect(await authorization()).toEqual([['none', 'default'], { value: 'none', source: 'default' }])
  await world.editConfig((text) => `${text}issuer = "https://id.example"\nclient_id = "x"\n`)
  expect(await authorization()).toEqual([['bearer', 'default'], { value: 'bearer', source: 'default' }])
})

describe('doctor where nobody signs in', () => {
  it.each<[string, () => Promise<string>]>([
    ...(['normal', 'v1-only', 'no-echo'] as const).map((mode): [string, () => Promise<string>] => [
      `tempo ${mode}`,
      () => tempo(mode),
    ]),
    ...(['v3', 'v3-no-summaries', 'v2', 'victoria'] as const).map((mode): [string, () => Promise<string>] => [
      `jaeger ${mode}`,
      () => jaeger(mode),
    ]),
  ])('%s: asks the API what works there; no line FAILs', async (name, start) => {
    await profile(name.split(' ')[0] as string, await start())
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(stdout).not.toMatch(/^(warn|FAIL)/m)
    expect(stdout).toMatch(/^ok +session +none needed: authorization = "none" sends no token$/m)
    expect(stdout).toMatch(/^ok +API +127\.0\.0\.1:\d+ answered \(\d+ms\)$/m)
    expect(stdout).not.toMatch(/keychain|issuer|browser/)
    expect(exit).toBe(0)
  })

  it.each<[string, string, () => Promise<string>, string, RegExp]>([
    ['no server', 'tempo', async () => 'http://127.0.0.1:9', '', /^FAIL +API +.*\n +→ /m],
    ['a page', 'jaeger', () => jaeger('html'), '', /^FAIL +API +.*web page/m],
    [
      'another API',
      'jaeger',
      () => tempo(),
      '',
      /^FAIL +API +there is no Jaeger API at this address\n +→ Check that api/m,
    ],
    [
      'another API',
      'tempo',
      () => jaeger('v3'),
      '',
      /^FAIL +API +there is no Tempo at this address\n +→ Check that api/m,
    ],
    [
      'no tenant',
      'tempo',
      () => tempo('no-echo', 'one'),
      '',
      /^FAIL +API +this Tempo serves several tenants/m,
    ],
  ])('%s (%s): FAIL with the next step, exit 5', async (_, backend, start, more, words) => {
    await profile(backend, await start(), more)
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(stdout).toMatch(words)
    expect(exit).toBe(5)
  })
})
