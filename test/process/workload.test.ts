import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CiPlatform, SUBJECT, startCiPlatform } from '../world/ci-platform.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { type Ended, type Machine, openMachine } from '../world/machine.ts'
import { TOKEN_EXCHANGE } from '../world/provider/workloads.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'

/** The built program in a CI job: no home directory, no keychain, no session. */

const API_KEY = 'key-of-the-api'
const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'
const trace = makeTrace({ seed: 5 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

let platform: CiPlatform
let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  platform = await startCiPlatform()
  const { issuer, jwksUri } = platform
  provider = await startProvider({
    workloads: {
      clients: [
        {
          client_id: 'job',
          redirect_uris: [],
          response_types: [],
          scope: 'traces:read',
          token_endpoint_auth_method: 'none',
          grant_types: [TOKEN_EXCHANGE],
        },
      ],
      trust: { issuer, jwksUri, audience: 'https://proofs.example', subject: SUBJECT },
    },
  })
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  gateway = await startGateway({
    issuer: provider.issuer,
    audience: 'api://traces',
    scope: 'traces:read',
    upstream: api.url,
    apiKey: API_KEY,
  })
  machine = await openMachine()
  Object.assign(machine.env, platform.variables, {
    GITHUB_ACTIONS: 'true',
    // Not even root can make these.
    HOME: '/dev/null/home',
    XDG_STATE_HOME: '/dev/null/state',
  })
  await mkdir(dirname(machine.configFile), { recursive: true })
  await writeFile(machine.configFile, settings())
})
afterAll(() =>
  Promise.all([platform.close(), provider.close(), api.close(), gateway.close(), machine.close()]),
)
beforeEach(() => {
  gateway.distrusts = () => false
})

const settings = () => `[profiles.ci]
issuer = "${provider.issuer}"
client_id = "job"
scopes = ["traces:read"]
api = "${gateway.url}"
organization = "acme"
project = "prod"

[profiles.ci.workload]
source = "github"
grant = "token-exchange"
audience = "https://proofs.example"
`

/** What was printed, but for the masks of the runner, which takes these lines out of its log. */
const shown = ({ stdout, stderr }: Ended) => stdout + stderr.replace(/^::add-mask::.*\n/gm, '')

const expectNoSecret = (text: string) => {
  for (const secret of [...platform.secrets, ...provider.secrets, API_KEY]) expect(text).not.toContain(secret)
}

describe('a job without a person, a home directory or a keychain', () => {
  it('reads a trace with a token of its own: one proof, one exchange', async () => {
    const before = [platform.requests.length, provider.count('POST', '/token')]
    const ended = await machine.run(['trace', 'get', spanId])
    expect(ended).toMatchObject({ exit: 0, stderr: '' })
    expect(ended.stdout).toContain('POST /checkout')
    expect(platform.requests.length - (before[0] ?? 0)).toBe(1)
    expect(provider.count('POST', '/token') - (before[1] ?? 0)).toBe(1)
    expectNoSecret(shown(ended))
  })

  it('masks a token before it is printed', async () => {
    const ended = await machine.run(['token'])
    expect(ended.exit).toBe(0)
    expect(ended.stderr).toBe(`::add-mask::${ended.stdout}`)
  })

  it('asks for a new token when the API refuses the old one', async () => {
    const first = gateway.requests + 1
    gateway.distrusts = (n) => n === first
    const before = platform.requests.length
    expect(await machine.run(['trace', 'get', spanId])).toMatchObject({ exit: 0 })
    expect(platform.requests.length - before).toBe(2)
  })

  it('is told what to look at when the API refuses every token: exit 11, never a login', async () => {
    gateway.distrusts = () => true
    const ended = await machine.run(['trace', 'get', spanId])
    expect(ended).toMatchObject({ exit: 11, stdout: '' })
    expect(ended.stderr).not.toContain('login')
    expectNoSecret(ended.stderr)
  })

  it('runs a command that has the token in its environment, and never in an argument', async () => {
    const script = 'cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " " >&2; echo "$LS_AUTH_TOKEN"'
    const ended = await machine.run(['exec', '--', 'sh', '-c', script])
    expect(ended.exit).toBe(0)
    expect(ended.stderr.startsWith(`::add-mask::${ended.stdout}`)).toBe(true)
    expectNoSecret(ended.stderr.replace(/^::add-mask::.*\n/gm, ''))
  })

  it('runs a command with a token for another audience', async () => {
    const ended = await machine.run([
      'exec',
      '--audience',
      'api://metrics',
      '--',
      'sh',
      '-c',
      'echo "$LS_AUTH_TOKEN"',
    ])
    const claims = JSON.parse(Buffer.from(ended.stdout.split('.')[1] ?? '', 'base64url').toString())
    expect({ exit: ended.exit, aud: claims.aud }).toEqual({ exit: 0, aud: 'api://metrics' })
  })

  it('gives a command that must have no token no proof either, by which it could get one', async () => {
    const own = { AWS_REGION: 'eu-west-1', OTHER: 'o' }
    const { exit, stdout } = await machine.run(['exec', '--proxy', '--', 'env'], { env: own })
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^LS_AUTH_PROXY=1$/m)
    expect(stdout).not.toMatch(/^ACTIONS_ID_TOKEN_REQUEST_/m)
    expect(stdout).toMatch(/^AWS_REGION=eu-west-1$/m)
    expectNoSecret(stdout)
    // A command that has a token may ask for one of its own, as the actions of clouds do.
    expect((await machine.run(['exec', '--', 'env'])).stdout).toMatch(/^ACTIONS_ID_TOKEN_REQUEST_URL=/m)
  })

  it('nor the variable that is sent to the API as it is', async () => {
    const token = platform.sign('api://traces')
    const place = join(machine.home, 'in-a-variable')
    const config = `[profiles.ci]\nissuer = "${platform.issuer}"\napi = "${gateway.url}"\nbackend = "tempo"\n[profiles.ci.workload]\nsource = "env:MY_PROOF"\ngrant = "as-is"\n`
    await mkdir(join(place, 'ls-auth'), { recursive: true })
    await writeFile(join(place, 'ls-auth', 'config.toml'), config)
    const env = { XDG_CONFIG_HOME: place, MY_PROOF: token, MY_PROOF_OF: 'o' }
    const { exit, stdout } = await machine.run(['exec', '--proxy', '--', 'env'], { env })
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^LS_AUTH_PROXY=1$/m)
    expect(stdout).toMatch(/^MY_PROOF_OF=o$/m)
    expect(stdout).not.toContain(token)
  })

  it('says what it is', async () => {
    const { stdout } = await machine.run(['whoami'])
    expect(stdout).toMatch(
      /^ {2}workload +github, token-exchange: repository acme\/app, ref refs\/heads\/main, environment prod$/m,
    )
  })

  it('is looked at by doctor, all of it', async () => {
    const ended = await machine.run(['doctor'])
    expect(ended).toMatchObject({ exit: 0, stderr: '' })
    expect(ended.stdout).not.toMatch(/^(warn|FAIL)|login|keychain/m)
    expect(ended.stdout).toMatch(/^ok +API /m)
    expectNoSecret(ended.stdout)
  })

  it.each([
    ['an expired proof', () => ({ exp: 1_790_000_000 }), 6, /expired at 2026-/],
    ['a wrong audience', () => ({ aud: 'https://other.example' }), 3, /the proof says aud = https:\/\/other/],
    ['a refused exchange', () => ({ sub: 'repo:acme/other' }), 3, /the proof says sub = repo:acme\/other/],
  ])('explains %s', async (_, claims, exit, words) => {
    platform.claims = claims()
    const ended = await machine.run(['trace', 'get', spanId])
    platform.claims = {}
    expect(ended).toMatchObject({ exit, stdout: '' })
    expect(ended.stderr).toMatch(/^error: .+\nhint: .+/)
    expect(ended.stderr).toMatch(words)
    expect(ended.stderr).not.toContain('login')
    expectNoSecret(ended.stderr)
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['no variable HOME', { HOME: undefined }],
    ['an empty one', { HOME: '' }],
    ['a home that cannot be written', { HOME: '/proc', XDG_STATE_HOME: undefined }],
    ['no bus to a keychain', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus', DISPLAY: undefined }],
  ])('works with %s', async (_, env) => {
    const ended = await machine.run(['trace', 'get', spanId], { env })
    expect(ended).toMatchObject({ exit: 0, stderr: '' })
    expect(ended.stdout).toContain('POST /checkout')
    expect((await machine.run(['doctor'], { env })).exit).toBe(0)
  })

  it.each(['trace', 'token', 'aws-credentials'])('an expired token file is explained by %s', async (word) => {
    const path = join(machine.home, 'expired')
    await writeFile(path, platform.sign('api://traces', { exp: 1_790_000_000 }))
    const config = join(machine.home, `expired-${word}`)
    await mkdir(join(config, 'ls-auth'), { recursive: true })
    await writeFile(
      join(config, 'ls-auth', 'config.toml'),
      `[profiles.pod]\nissuer = "${platform.issuer}"\napi = "${gateway.url}"\norganization = "acme"\nproject = "prod"\n[profiles.pod.workload]\nsource = "file:${path}"\n`,
    )
    const more = { trace: ['get', spanId], token: [], 'aws-credentials': ['--role-arn', ROLE] }[word] ?? []
    const ended = await machine.run([word, ...more], { env: { XDG_CONFIG_HOME: config } })
    expect(ended).toMatchObject({ exit: 6, stdout: '' })
    expect(ended.stderr).toMatch(/^error: .+ expired at 2026-.+\nhint: .+/)
    expect(ended.stderr).not.toContain('login')
  })

  it('is a dozen jobs at once, each with a token of its own', async () => {
    const before = provider.count('POST', '/token')
    const ended = await Promise.all(Array.from({ length: 12 }, () => machine.run(['token'])))
    expect(ended.map(({ exit }) => exit)).toEqual(Array(12).fill(0))
    expect(provider.count('POST', '/token') - before).toBe(12)
  })

  it('shows no secret with --debug', async () => {
    const ended = await machine.run(['--debug', 'services'])
    expect(ended.stderr).toContain('POST')
    expectNoSecret(shown(ended))
  })

  it('needs nothing but its token file, too', async () => {
    const path = join(machine.home, 'token')
    await writeFile(path, platform.sign('api://traces'))
    const config = `[profiles.pod]\nissuer = "${platform.issuer}"\n[profiles.pod.workload]\nsource = "file:${path}"\n`
    const elsewhere = join(machine.home, 'pod')
    await mkdir(join(elsewhere, 'ls-auth'), { recursive: true })
    await writeFile(join(elsewhere, 'ls-auth', 'config.toml'), config)
    const ended = await machine.run(['token'], {
      env: { XDG_CONFIG_HOME: elsewhere, GITHUB_ACTIONS: undefined },
    })
    expect(ended).toMatchObject({ exit: 0, stderr: '' })
    expect(platform.secrets).toContain(ended.stdout.trim())
  })

  it('reads its token file again each time, and what the profile expects is asked of each', async () => {
    const path = join(machine.home, 'changing')
    const place = join(machine.home, 'strict')
    const config = `[profiles.pod]\nissuer = "${platform.issuer}"\n[profiles.pod.workload]\nsource = "file:${path}"\n[profiles.pod.expect]\naudience = ["api://traces"]\n`
    await mkdir(join(place, 'ls-auth'), { recursive: true })
    await writeFile(join(place, 'ls-auth', 'config.toml'), config)
    const run = () => machine.run(['token'], { env: { XDG_CONFIG_HOME: place, GITHUB_ACTIONS: undefined } })
    const [first, second] = [
      platform.sign('api://traces'),
      platform.sign('api://traces', { jti: 'the second' }),
    ]
    for (const token of [first, second]) {
      await writeFile(path, token)
      expect(await run()).toMatchObject({ exit: 0, stdout: `${token}\n`, stderr: '' })
    }
    await writeFile(path, platform.sign('api://other'))
    const refused = await run()
    expect(refused).toMatchObject({ exit: 11, stdout: '' })
    expect(refused.stderr).toMatch(/^error: the token is not what this profile expects\nhint: /)
    expect(refused.stderr).not.toContain('login')
  })
})
