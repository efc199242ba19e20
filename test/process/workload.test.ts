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
})
