import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../world/loopback-server.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

let provider: Provider
let machine: Machine
let api: Server
let origin: string
let asked: IncomingHttpHeaders[] = []
beforeAll(async () => {
  provider = await startProvider()
  machine = await openMachine()
  api = createServer((request, response) => {
    asked.push(request.headers)
    response.end('well')
  })
  origin = `http://127.0.0.1:${(await listen(api)).port}`
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), '--api', `${origin}/base`])
})
afterAll(async () => {
  api.closeAllConnections()
  api.close()
  await Promise.all([provider.close(), machine.close()])
})
beforeEach(() => {
  asked = []
})

const token = (...args: string[]) => machine.run(['token', ...args])
const raw = async () => (await token()).stdout.trim()
const expiresAt = async () => Date.parse(JSON.parse((await token('--json')).stdout).expires_at)

describe('the forms that other programs read', () => {
  it('raw is the token alone, header and json are those of the older flags', async () => {
    expect((await token('--format', 'raw')).stdout).toBe((await token()).stdout)
    expect((await token('--format', 'header')).stdout).toBe((await token('--header')).stdout)
    expect(JSON.parse((await token('--format', 'json')).stdout)).toMatchObject({ token: await raw() })
  })

  it.each([
    [['--header', '--format', 'raw'], '--header and --format raw conflict'],
    [['--header', '--json'], '--json and --header conflict'],
    [['--json', '--format', 'bazel'], '--json and --format bazel conflict'],
    [['--format', 'xml'], '--format: "xml" is not known'],
    [['get'], 'token takes no "get"'],
    [['put', '--format', 'bazel'], 'token takes no "put"'],
  ])('%j is exit 2', async (args, words) => {
    const { exit, stdout, stderr } = await token(...args)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(words)
  })

  it('headers is one JSON object of strings, in the header of the profile: for the helper of an agent', async () => {
    const { stdout, stderr } = await token('--format', 'headers')
    expect({ headers: JSON.parse(stdout), stderr }).toEqual({
      headers: { Authorization: `Bearer ${await raw()}` },
      stderr: '',
    })
    expect(stdout).toMatch(/^\{.*\}\n$/)
    const named = await machine.run(['token', '--format', 'headers'], {
      env: { LS_AUTH_AUTHORIZATION_HEADER: 'X-Token' },
    })
    expect(JSON.parse(named.stdout)).toEqual({ 'X-Token': `Bearer ${await raw()}` })
  })

  it('exec-credential is what kubectl and client-go read (client.authentication.k8s.io/v1)', async () => {
    const { stdout, stderr } = await token('--format', 'exec-credential')
    const { status, ...others } = JSON.parse(stdout)
    expect({ others, stderr }).toEqual({
      others: { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' },
      stderr: '',
    })
    expect(Object.keys(status).sort()).toEqual(['expirationTimestamp', 'token'])
    expect(status.token).toBe(await raw())
    // RFC 3339 without fractions, as Kubernetes writes times itself.
    expect(status.expirationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Math.abs(Date.parse(status.expirationTimestamp) - (await expiresAt()))).toBeLessThan(5_000)
  })
})

describe('under GitHub Actions', () => {
  const merged = (words: string, env: Record<string, string> = {}) => {
    const line = `echo '{"uri":"${origin}"}' | "${process.execPath}" "${BINARY}" ${words} 2>&1`
    return machine.command('sh', ['-c', line], { env: { GITHUB_ACTIONS: 'true', ...env } }).ended
  }

  it.each(['raw', 'header', 'json', 'exec-credential', 'bazel', 'curl-config'])(
    'the runner is told to mask the token before it is printed: --format %s',
    async (format) => {
      const { stdout } = await merged(`--quiet token --format ${format}`)
      const [, masked = ''] = /^::add-mask::(.+)\n/.exec(stdout) ?? []
      expect(masked).toBe(await raw())
      expect(stdout.split(masked)).toHaveLength(3)
    },
  )
})

describe('bazel: a credential helper', () => {
  const ask = (uri: string, ...args: string[]) =>
    machine.run(['token', '--format', 'bazel', ...args], { stdin: JSON.stringify({ uri }) })

  it('answers for the API of the profile, at any of its paths, with or without the word that Bazel adds', async () => {
    for (const args of [[], ['get']]) {
      const { exit, stdout, stderr } = await ask(`${origin}/any/path?x=1`, ...args)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      const { headers, expires } = JSON.parse(stdout)
      expect(headers).toEqual({ Authorization: [`Bearer ${await raw()}`] })
      expect(Math.abs(Date.parse(expires) - (await expiresAt()))).toBeLessThan(5_000)
    }
  })

  it.each([
    ['another host', 'https://github.com/x'],
    ['another port', 'http://127.0.0.1:1/base'],
    ['another scheme', 'https://127.0.0.1/base'],
    ['a host that begins like it', 'http://127.0.0.1.evil.example/'],
    ['the API as a user name', 'http://127.0.0.1@evil.example/'],
    ['no host at all', 'file:///etc/passwd'],
  ])('%s gets {} and 0, and no token is handed out', async (_, uri) => {
    const before = (await machine.run(['audit', 'list', '--json'])).stdout
    expect(await ask(uri, 'get')).toMatchObject({ exit: 0, stdout: '{}\n', stderr: '' })
    expect((await machine.run(['audit', 'list', '--json'])).stdout).toBe(before)
  })
})

describe('curl-config', () => {
  const curl = async (env: Record<string, string> = {}) => {
    const bin = new URL('../../bin/ls-auth.js', import.meta.url).pathname
    const line = `"${process.execPath}" "${bin}" token --format curl-config | curl -sS -K - ${origin}/x`
    return machine.command('sh', ['-c', line], { env }).ended
  }

  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))('is what curl -K - reads', async () => {
    expect(await curl()).toMatchObject({ exit: 0, stdout: 'well', stderr: '' })
    expect(asked).toMatchObject([{ authorization: `Bearer ${await raw()}` }])
  })
})
