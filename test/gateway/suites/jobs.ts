import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type CiPlatform, startCiPlatform } from '../../world/ci-platform.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY } from './fixture.ts'

/** Where the gateway of docs/ci is, and the audience of tokens that are sent to it as they are. */
const API = 'https://traces.acme.example'
const read = (path: string) => readFile(new URL(`../../../docs/${path}`, import.meta.url), 'utf8')

/** docs/ci.md, `as-is`: a job with the built program beside a person, through one gateway with two issuers. */
export function jobSuite(): void {
  const trace = makeTrace({ seed: 9 })
  let provider: Provider
  let platform: CiPlatform
  let tempo: TempoApi
  let gateway: ApacheGateway
  let machine: Machine
  let world: World

  beforeAll(async () => {
    provider = await startProvider()
    platform = await startCiPlatform()
    tempo = await startTempoApi({ traces: [trace], apiKey: API_KEY })
    gateway = await startApache({
      issuer: provider.issuer,
      upstream: tempo.url,
      apiKey: API_KEY,
      // The examples that are shipped, without the sign that makes them remarks.
      rules: (await read('gateway/apache/access.rules')).replace(/^#(?=\w+=)/gm, ''),
      variables: {
        GW_BACKEND: 'tempo',
        GW_WORKLOAD_ISSUER: platform.issuer,
        GW_WORKLOAD_AUDIENCE: API,
      },
    })
    machine = await openMachine()
    const bin = join(machine.home, 'bin')
    await mkdir(bin)
    await symlink(BINARY, join(bin, 'ls-auth'))
    machine.env.PATH = `${bin}:${dirname(process.execPath)}:${process.env.PATH}`
    machine.env.GITHUB_ACTIONS = 'true'
    await writeJobConfig('github', platform.variables)
    world = await openWorld({
      visitor: { user: 'alice' },
      secrets: () => [...provider.secrets, ...platform.secrets, API_KEY],
    })
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([world, machine, tempo, platform, provider].map((part) => part?.close()))
  })
  beforeEach(() => {
    platform.claims = {}
  })

  /** Settings as docs/ci has them, with the addresses of this place. */
  async function writeJobConfig(name: 'github' | 'gitlab', variables: Readonly<Record<string, string>>) {
    const text = await read(`ci/${name}-as-is.toml`)
    const here = text
      .replace(/^issuer = ".*"$/m, `issuer = "${platform.issuer}"`)
      .replace(`api = "${API}"`, `api = "${gateway.url}"`)
    expect(here.split(API).length - 1, 'what a token is for stays as it is written').toBe(1)
    await mkdir(dirname(machine.configFile), { recursive: true })
    await writeFile(machine.configFile, here)
    Object.assign(machine.env, variables)
  }

  const get = () => machine.run(['trace', 'get', trace.traceId])

  it('a job of GitHub and a person read the same trace, and the log tells them apart', async () => {
    const ended = await get()
    expect(ended).toMatchObject({ exit: 0, stderr: '' })
    expect(ended.stdout).toContain('POST /checkout')
    expect(await gateway.line('repo:acme')).toMatchObject({
      iss: platform.issuer,
      sub: 'repo:acme/app:environment:prod',
      repository: 'acme/app',
      status: 200,
      traceparent: expect.stringMatching(/^00-/),
      agent: expect.stringMatching(/^ls-auth\/.*cli\)$/),
    })
    const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port any --backend tempo --api ${gateway.url} --scopes "openid email offline_access traces:read"`
    expect((await world.type(login)).exit).toBe(0)
    expect((await world.type(`ls-auth trace get ${trace.traceId}`)).stdout).toContain('POST /checkout')
    expect(await gateway.line('alice')).toMatchObject({ iss: provider.issuer, repository: '', status: 200 })
    expect(tempo.requests.at(-1)?.headers.authorization).toBe(`Bearer ${API_KEY}`)
    const seen = JSON.stringify(tempo.requests.map(({ headers }) => headers)) + (await gateway.accessLog())
    for (const secret of [...platform.secrets, ...provider.secrets]) expect(seen).not.toContain(secret)
  })

  it.each([
    [
      'another repository',
      { repository: 'eve/app', sub: 'repo:eve/app:environment:prod' },
      /^hint: Ask whoever runs the gateway to admit this workload by its repository or project_path or sub\.$/m,
      /^ {2}held repository: eve\/app$/m,
    ],
    [
      'a pull request',
      { ref: 'refs/pull/7/merge' },
      /^hint: Run the job with ref refs\/heads\/main, or ask whoever runs the gateway to admit this one\.$/m,
      /^ {2}held ref: refs\/pull\/7\/merge$/m,
    ],
    [
      'a job without the environment',
      { environment: undefined },
      /^hint: Run the job with environment prod, or ask whoever runs the gateway to admit this one\.$/m,
      /^ {2}held environment: none$/m,
    ],
  ])('%s: exit 11, and what is asked for', async (_name, claims, hint, held) => {
    platform.claims = claims
    const before = tempo.requests.length
    const ended = await get()
    expect(ended).toMatchObject({ exit: 11, stdout: '' })
    expect(ended.stderr).toMatch(/^error: 127\.0\.0\.1:\d+ denied you access \(HTTP 403\)\nhint: /)
    expect(ended.stderr).toMatch(hint)
    expect(ended.stderr).toMatch(held)
    expect(ended.stderr).not.toContain('login')
    for (const secret of platform.secrets) expect(ended.stderr).not.toContain(secret)
    expect(tempo.requests.length).toBe(before)
  })
}
