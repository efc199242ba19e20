import { readdir, readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { IS_LINUX } from '../world/linux.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'
import { fileStore, loginArgs, PRINTED_URL, signIn } from './sign-in.ts'

const API_KEY = 'key-of-the-api'
const ESCAPE = /\x1b/
const trace = makeTrace({ seed: 11, spans: 900 })
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
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

const settings = (): string[] => [
  ...loginArgs(provider),
  ...fileStore(machine),
  ...['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES],
]

describe('before anybody has signed in', () => {
  it('version and help go to stdout', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await machine.run(['--version'])).toMatchObject({ exit: 0, stdout: `${version}\n`, stderr: '' })
    const help = await machine.run(['--help'])
    expect(help).toMatchObject({ exit: 0, stderr: '' })
    expect(help.stdout).toMatch(/^Sign in as yourself .*\n/)
    expect((await machine.run(['trace', 'get', '--help'])).stdout).toMatch(/^Usage: ls-auth trace get /)
  })

  it.each([
    [['--json'], 2, /^\{"error":\{"code":"usage","message":"missing command"/],
    [['login', '--colour-me'], 2, "error: unknown option '--colour-me'\nhint: See: ls-auth login --help\n"],
    [['tokens'], 2, /^error: unknown command 'tokens'\nhint: Did you mean token\? See: ls-auth --help\n/],
    [['login'], 2, /^error: there is no profile yet\nhint: .*: ls-auth login URL\n$/],
    [['token'], 3, /^error: you are not signed in: there is no profile yet\nhint: .*: ls-auth login URL\n$/],
    [['whoami', '--token', 'eyJhbGciOi.eyJzdWIi.c2ln'], 2, /^error: a token on the command line is visible/],
    [['whoami', '--token=eyJhbGciOi.eyJzdWIi.c2ln'], 2, /^error: a token on the command line is visible/],
  ])('%j ends with %i and says why on stderr', async (args, status, words) => {
    const { exit, stdout, stderr } = await machine.run(args)
    expect({ exit, stdout }).toEqual({ exit: status, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain('eyJ')
  })

  it('a profile without a session is exit 3; under --json the error is one JSON object on stderr', async () => {
    const env = {
      LS_AUTH_ISSUER: provider.issuer,
      LS_AUTH_CLIENT_ID: provider.clientId,
      LS_AUTH_STORE: 'file',
    }
    const plain = await machine.run(['token'], { env })
    expect(plain).toMatchObject({ exit: 3, stdout: '' })
    expect(plain.stderr).toBe('error: you are not signed in\nhint: Run: ls-auth login\n')
    const json = await machine.run(['token', '--json'], { env })
    expect(json).toMatchObject({ exit: 3, stdout: '' })
    expect(JSON.parse(json.stderr)).toEqual({
      error: {
        code: 'not-signed-in',
        message: 'you are not signed in',
        hint: 'Run: ls-auth login',
        detail: [],
        exit: 3,
      },
    })
  })

  it('Ctrl-C while the browser is open ends at once, by the signal, and frees the port', async () => {
    const login = machine.start([...settings(), '--no-browser'])
    const [, url] = await login.said(PRINTED_URL)
    const { port } = new URL(new URL(url as string).searchParams.get('redirect_uri') as string)
    expect(await isOpen(Number(port))).toBe(true)
    login.child.kill('SIGINT')
    const { exit, signal, stdout } = await login.ended
    expect({ exit, signal, stdout }).toEqual({ exit: null, signal: 'SIGINT', stdout: '' })
    expect(await isOpen(Number(port))).toBe(false)
    expect(await machine.run(['token'])).toMatchObject({ exit: 3 })
  })
})

describe('signed in, with the file store', () => {
  beforeAll(async () => {
    // The first token is old at once, as on the morning after; later ones live for an hour.
    provider.tamper.tokenResponse = (body) => ({ ...body, expires_in: 1 })
    const { ended, page } = await signIn(machine, settings())
    provider.tamper = {}
    expect(ended).toMatchObject({ exit: 0, stdout: '' })
    expect(page.body).toContain('You are signed in')
    await sleep(1_100)
  })

  it('20 runs at once on a cold cache make one refresh, and all get the token', async () => {
    const before = { posts: provider.count('POST', '/token'), all: provider.requests.length }
    const runs = await Promise.all(Array.from({ length: 20 }, () => machine.run(['token'])))
    expect(runs.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(
      runs.map(() => ({ exit: 0, stderr: '' })),
    )
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(provider.refreshCount()).toBe(1)
    expect(provider.count('POST', '/token') - before.posts).toBe(1)
    expect(provider.requests.length - before.all).toBe(1)
    expect(provider.grantsRevoked()).toBe(0)
  })

  it('Ctrl-C while a renewal is on its way waits for the answer to be kept', async () => {
    const [refreshes, requests] = [provider.refreshCount(), provider.requests.length]
    provider.delayTokenMilliseconds = 600
    const renewal = machine.start(['token', '--min-ttl', '60m'])
    while (provider.requests.length === requests) await sleep(10)
    renewal.child.kill('SIGINT')
    expect(await renewal.ended).toMatchObject({ exit: null, signal: 'SIGINT', stderr: '' })
    provider.delayTokenMilliseconds = 0
    expect(provider.refreshCount()).toBe(refreshes + 1)
    expect(await machine.run(['token'])).toMatchObject({ exit: 0, stderr: '' })
    expect(provider.refreshCount()).toBe(refreshes + 1)
    expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 0, stderr: '' })
    expect(provider.grantsRevoked()).toBe(0)
  })

  it('what is piped has no escape sequences, unless they are asked for', async () => {
    const styled = async (args: string[], env: Record<string, string> = {}) =>
      ESCAPE.test((await machine.run(['trace', 'get', spanId, ...args], { env })).stdout)
    expect(await styled([])).toBe(false)
    expect(await styled([], { FORCE_COLOR: '1' })).toBe(true)
    expect(await styled([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await styled(['--color', 'always'], { NO_COLOR: '1' })).toBe(true)
    expect(await styled(['--color', 'never'], { FORCE_COLOR: '1' })).toBe(false)
    const error = await machine.run(['check', '--group', 'board', '--color', 'always'])
    expect(error.stderr).toMatch(ESCAPE)
  })

  it.skipIf(!IS_LINUX).each([
    ['a full disk', '>/dev/full', 'ENOSPC', "Free some space at the output's destination, then try again."],
    [
      'an output open for reading only',
      '1</dev/null',
      'EBADF',
      'Check where the output goes, then try again.',
    ],
  ])('%s is a write error with its own hint', async (_, redirect, code, hint) => {
    const line = `exec '${process.execPath}' '${BINARY}' --version ${redirect}`
    expect(await machine.command('sh', ['-c', line]).ended).toMatchObject({
      exit: 6,
      stderr: `error: cannot write to standard output (${code})\nhint: ${hint}\n`,
    })
  })

  it('LS_AUTH_TOKEN takes the place of the session: no provider, no session, no profile secrets', async () => {
    const token = (await machine.run(['token'])).stdout.trim()
    const other = await openMachine()
    try {
      const env = { LS_AUTH_TOKEN: token, LS_AUTH_API: gateway.url }
      const before = provider.connections
      const args = ['trace', 'get', spanId, '--organization', 'acme', '--project', 'prod']
      const { exit, stdout, stderr } = await other.run(args, { env })
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(stdout).toContain('POST /checkout')
      expect(gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
      const who = await other.run(['whoami'], { env })
      expect(who.stdout).toContain('alice')
      expect(provider.connections).toBe(before)
      expect(await readdir(other.home)).toEqual(['state'])
      // The record of what was asked for, and nothing else.
      const kept = (await readdir(other.stateDirectory)).filter((name) => name !== 'compile-cache')
      expect(kept).toEqual(['audit.jsonl'])
    } finally {
      await other.close()
    }
  })

  it('what it keeps is for its owner alone, and no secret is in clear', async () => {
    expect((await stat(machine.stateDirectory)).mode & 0o777).toBe(0o700)
    expect((await stat(machine.keyFile)).mode & 0o777).toBe(0o600)
    expect((await stat(machine.configFile)).mode & 0o777).toBe(0o600)
    const entries = await readdir(machine.home, { recursive: true, withFileTypes: true })
    const kept = entries.filter((entry) => entry.parentPath.startsWith(machine.stateDirectory))
    expect(kept.map(({ name }) => name)).toContain('session')
    // What Node writes into its cache is code, in a directory that is closed to others itself.
    const own = kept.filter(({ parentPath }) => !parentPath.includes('compile-cache'))
    for (const entry of own) {
      const { mode } = await stat(join(entry.parentPath, entry.name))
      expect([entry.name, mode & 0o077]).toEqual([entry.name, 0])
    }
    expect(provider.secrets.size).toBeGreaterThan(5)
    for (const entry of entries.filter((one) => one.isFile())) {
      const bytes = await readFile(join(entry.parentPath, entry.name))
      const found = [...provider.secrets].filter((secret) => bytes.includes(secret))
      expect([entry.name, found]).toEqual([entry.name, []])
    }
  })

  it('signs out, and nothing is left to sign in with', async () => {
    expect(await machine.run(['logout'])).toMatchObject({ exit: 0, stdout: '' })
    expect(await machine.run(['token'])).toMatchObject({ exit: 3, stdout: '' })
    expect(provider.liveRefreshTokens()).toBe(0)
  })
})

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
}
