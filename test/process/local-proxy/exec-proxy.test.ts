import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../world/gateway.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { startRecordingApi } from './local-proxy.ts'

const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 31 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const audience = { audience: 'api://traces', scope: 'traces:read' }
  gateway = await startGateway({ ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
  machine = await openMachine()
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings])
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

const exec = (args: readonly string[], env: Record<string, string> = {}) =>
  machine.run(['exec', '--proxy', ...args], { env })
const PRINT = ['node', '-e', 'process.stdout.write(JSON.stringify(process.env))']
const OURS = [process.execPath, BINARY]
const byIssuer = (a: { issuer: string | null }, b: { issuer: string | null }) =>
  (a.issuer ?? '').localeCompare(b.issuer ?? '')

describe('exec --proxy', () => {
  it('the command has the address of a proxy, and no token', async () => {
    const { exit, stdout, stderr } = await exec(['--reason', 'T-1', '--', ...PRINT], { LS_AUTH_X: 'x' })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const environment = JSON.parse(stdout)
    const ours = Object.entries(environment).filter(([name]) => name.startsWith('LS_AUTH_'))
    expect(Object.fromEntries(ours)).toEqual({
      LS_AUTH_API: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/),
      LS_AUTH_PROXY: '1',
      LS_AUTH_PROXY_PROFILE: 'default',
      LS_AUTH_BACKEND: 'lightstep',
      LS_AUTH_ORGANIZATION: 'acme',
      LS_AUTH_PROJECT: 'prod',
      LS_AUTH_REASON: 'T-1',
    })
    for (const secret of provider.secrets) expect(stdout).not.toContain(secret)
    await expect(fetch(environment.LS_AUTH_API)).rejects.toThrow()
  })

  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))(
    'curl reads as the person, also behind the HTTP proxy of a company',
    async () => {
      const script =
        'curl -sS -o /dev/null -w "%{http_code} " "$LS_AUTH_API/public/v0.2/acme/projects/prod/directory/services"; curl -sS -o /dev/null -w "%{http_code}" -X DELETE "$LS_AUTH_API/x"'
      for (const env of [
        {},
        { http_proxy: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'corp.example' },
      ]) {
        expect(await exec(['--', 'sh', '-c', script], env)).toMatchObject({
          exit: 0,
          stdout: '200 403',
          stderr: '',
        })
      }
      const { stdout } = await exec(['--', 'sh', '-c', 'echo $NO_PROXY $no_proxy'], {
        http_proxy: 'http://127.0.0.1:9',
        NO_PROXY: 'corp.example',
      })
      expect(stdout).toBe('corp.example,127.0.0.1 corp.example,127.0.0.1\n')
    },
  )

  it('the secret of the proxy is in no record and in no line of --debug', async () => {
    const script = `echo "$LS_AUTH_API"; ${OURS.join(' ')} --debug services`
    const { exit, stdout, stderr } = await exec(['--', 'sh', '-c', script])
    const secret = /[\w-]{43}$/m.exec(stdout)?.[0] as string
    expect(exit).toBe(0)
    expect(stderr).toMatch(/debug: GET http:\/\/127\.0\.0\.1:\d+\/…\/public\//)
    expect(stderr).not.toContain(secret)
    const record = await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8')
    expect(record).toMatch(/"path":"\/…\/public\//)
    expect(record).not.toContain(secret)
  })

  describe('in the record', () => {
    const record = async () =>
      (await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))

    it('one who asks by trace who read it finds the person, where ls-auth asked through the proxy', async () => {
      const before = (await record()).length
      await exec(['--', ...OURS, 'services'])
      await exec(['--', ...OURS, 'trace', 'get', spanId])
      const { traceparent, trace_id: id } = (await record())
        .slice(before)
        .find((one) => one.trace_id !== null)
      const { stdout } = await machine.run(['audit', 'list', '--trace', id, '-o', 'ndjson'])
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        // Others have asked for it by the same span.
        .filter((row) => row.traceparent === traceparent)
      const { sub, issuer } = (await record())[0]
      const same = { way: 'exec', profile: 'default', method: 'GET', status: 200, traceparent }
      expect(rows.sort(byIssuer)).toMatchObject([
        { ...same, sub: null, issuer: null, trace_id: id },
        { ...same, sub, issuer, trace_id: null },
      ])
    })
  })

  it('renews while the command runs', async () => {
    const before = provider.refreshCount()
    const first = gateway.requests + 1
    gateway.distrusts = (n) => n === first
    expect(await exec(['--', ...OURS, 'services'])).toMatchObject({ exit: 0, stderr: '' })
    gateway.distrusts = () => false
    expect(provider.refreshCount()).toBe(before + 1)
  })

  it('the session ends: the command is told, and goes on', async () => {
    const other = await openMachine()
    try {
      const settings = [
        '--api',
        gateway.url,
        '--organization',
        'acme',
        '--project',
        'prod',
        '--scope',
        SCOPES,
      ]
      await signIn(other, [...loginArgs(provider), ...fileStore(other), ...settings])
      const script = 'echo ready; read x; ls-auth services; echo $?; exit 5'.replace(
        'ls-auth',
        `'${process.execPath}' '${BINARY}'`,
      )
      const running = other.start(['exec', '--proxy', '--', 'sh', '-c', script], { stdin: null })
      await running.printed(/ready\n/)
      await other.run(['logout'])
      gateway.distrusts = () => true
      running.child.stdin?.end('\n')
      const ended = await running.ended
      gateway.distrusts = () => false
      expect(ended).toMatchObject({ exit: 5, stdout: 'ready\n3\n' })
      expect(ended.stderr).toContain('error: you are not signed in\nhint: ')
    } finally {
      gateway.distrusts = () => false
      await other.close()
    }
  })

  it.each([
    ['a variable for the token', ['--env', 'T', '--', 'true'], /--proxy gives none/],
    ['nobody is signed in', ['--profile', 'nobody', '--', 'true'], /nobody/],
  ])('%s: 125', async (_, args, words) => {
    const { exit, stderr } = await exec(args)
    expect(exit).toBe(125)
    expect(stderr).toMatch(words)
  })

  it('with LS_AUTH_TOKEN the proxy has that token, and says that it cannot renew it', async () => {
    const { stdout: token } = await machine.run(['token'])
    const { exit, stdout, stderr } = await exec(['--', ...PRINT], { LS_AUTH_TOKEN: token.trim() })
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'note: ls-auth cannot renew LS_AUTH_TOKEN\n',
    })
    expect(stdout).not.toContain(token.trim())
    expect(await exec(['--', ...OURS, 'services'], { LS_AUTH_TOKEN: token.trim() })).toMatchObject({
      exit: 0,
    })
  })
})

describe('LS_AUTH_PROXY', () => {
  it('nothing but a loopback address with a secret is taken for the proxy', async () => {
    const stranger = await startRecordingApi()
    const secret = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
    const ask = (api: string, ...args: string[]) =>
      machine.run(['api', '/x', ...args], { env: { LS_AUTH_PROXY: '1', LS_AUTH_API: api } })
    try {
      for (const address of [
        stranger.url,
        `${stranger.url}/short`,
        `${stranger.url}/${secret}/more`,
        `http://localhost:${stranger.port}/${secret}`,
      ]) {
        expect(await ask(address), address).toMatchObject({ exit: 10, stdout: '' })
      }
      expect((await ask(`https://traces.example/${secret}`)).exit).toBe(10)
      expect(stranger.received).toEqual([])
      // A flag is another API, and the profile decides.
      expect(await ask(`${stranger.url}/${secret}`, '--api', stranger.url)).toMatchObject({ exit: 10 })
      const off = await machine.run(['api', '/x'], {
        env: { LS_AUTH_PROXY: '0', LS_AUTH_API: `${stranger.url}/${secret}` },
      })
      expect(off.exit).toBe(10)
      expect(stranger.received).toEqual([])
      expect(await ask(`${stranger.url}/${secret}`)).toMatchObject({ exit: 0 })
      expect(stranger.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
    } finally {
      await stranger.close()
    }
  })
})
