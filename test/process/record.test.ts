import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { listen } from '../world/loopback-server.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { isMet } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

const API_KEY = 'key-of-the-api'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const trace = makeTrace({ seed: 5 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

const NAMES = [
  'time',
  'way',
  'event',
  'profile',
  'issuer',
  'sub',
  'jti',
  'api',
  'place',
  'method',
  'path',
  'trace_id',
  'span_id',
  'status',
  'ms',
  'reason',
  'traceparent',
  'client',
]

let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
let echo: Server
let echoUrl: string
let asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const audience = { audience: 'api://traces', scope: 'traces:read' }
  gateway = await startGateway({ ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
  machine = await openMachine()
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings, '--reason', 'first day'])
  echo = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers })
    if (request.url?.startsWith('/never')) return
    if (request.url?.startsWith('/half'))
      return void response.writeHead(200, { 'content-length': 1e6 }).write('{')
    response.writeHead(request.url?.startsWith('/no') ? 403 : 200, { 'content-type': 'application/json' })
    response.end('{}')
  })
  echoUrl = `http://127.0.0.1:${(await listen(echo)).port}`
})
afterAll(async () => {
  echo.closeAllConnections()
  echo.close()
  await Promise.all([provider.close(), api.close(), gateway.close(), machine.close()])
})
beforeEach(() => {
  asked = []
})

const file = () => join(machine.stateDirectory, 'audit.jsonl')
const lines = async (path = file()) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const latest = async () => (await lines()).at(-1)
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
/** A token of a program's own, for an API that only echoes. */
const TOKEN = ['{"alg":"none"}', '{"sub":"robot","jti":"j-1","iss":"https://ci.example"}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')
const toEcho = (more: Record<string, string> = {}) => ({
  env: { LS_AUTH_TOKEN: TOKEN, LS_AUTH_API: echoUrl, LS_AUTH_BACKEND: 'tempo', ...more },
})

describe('each request says who asks, and why', () => {
  it('carries a User-Agent with version, platform and way, and a traceparent', async () => {
    const { stdout: version } = await machine.run(['--version'])
    await machine.run(['api', '/x'], toEcho())
    const headers = asked[0]?.headers ?? {}
    expect(headers['user-agent']).toBe(`ls-auth/${version.trim()} (${process.platform}; cli)`)
    expect(headers.traceparent).toMatch(/^00-(?!0+-)[0-9a-f]{32}-(?!0+-)[0-9a-f]{16}-01$/)
    expect(headers).not.toHaveProperty('x-request-reason')
  })

  it('continues the trace of the program that called it, each request a span of its own', async () => {
    const parent = `00-${TRACE}-00f067aa0ba902b7-00`
    await machine.run(['services'], toEcho({ TRACEPARENT: parent }))
    await machine.run(['services'], toEcho({ TRACEPARENT: parent }))
    const sent = asked.map(({ headers }) => headers.traceparent as string)
    expect(sent.length).toBeGreaterThan(1)
    expect(sent.every((one) => one.startsWith(`00-${TRACE}-`) && one.endsWith('-00'))).toBe(true)
    expect(new Set([parent, ...sent]).size).toBe(sent.length + 1)
  })

  it.each([
    ['a flag', ['--reason', 'INC-4711'], {}, 'INC-4711'],
    ['a variable', [], { LS_AUTH_REASON: 'INC-12' }, 'INC-12'],
    ['both: the flag', ['--reason', 'flag'], { LS_AUTH_REASON: 'variable' }, 'flag'],
    ['neither: none', [], { LS_AUTH_REASON: '' }, undefined],
    ['words', ['--reason', 'bearer INC-1 keyJournalService'], {}, 'bearer INC-1 keyJournalService'],
  ])('has the reason of %s', async (_, args, variables, reason) => {
    expect(await machine.run(['api', '/x', ...args], toEcho(variables))).toMatchObject({ exit: 0 })
    expect(asked[0]?.headers['x-request-reason']).toBe(reason)
    expect(await latest()).toMatchObject({ reason: reason ?? null })
  })

  it.each([
    ['a token', TOKEN],
    ['a header', `Authorization: Bearer ${TOKEN}`],
    ['an opaque token with its scheme', 'bearer tk_5f0c9a1e77b2d4'],
  ])('%s is no reason: exit 2, nothing is sent, handed out, written or shown', async (_, reason) => {
    const before = await readFile(file(), 'utf8')
    const holds = (where: string) =>
      `error: ${where} holds a token, which would be visible in the log\nhint: Write a reason in words, such as a ticket.\n`
    // Of all that is typed a JWT is refused before anybody knows what it is for.
    const typed = reason.includes(TOKEN)
      ? /^error: a token on the command line .*\nhint: .*\n$/
      : holds('--reason')
    for (const [args, env, said] of [
      [['token', '--reason', reason], {}, typed],
      [['token'], { LS_AUTH_REASON: reason }, holds('LS_AUTH_REASON')],
      [['api', '/x'], { LS_AUTH_REASON: reason }, holds('LS_AUTH_REASON')],
    ] as const) {
      const { exit, stdout, stderr } = await machine.run(args, toEcho(env))
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toMatch(said)
      expect(stderr).not.toContain(reason)
    }
    expect(asked).toEqual([])
    expect(await readFile(file(), 'utf8')).toBe(before)
  })

  it('a profile may want one: without it nothing is asked and no token handed out', async () => {
    await machine.run(['profile', 'set', 'require_reason', 'true'])
    try {
      const before = (await lines()).length
      for (const [args, status] of [
        [['trace', 'get', spanId], 2],
        [['services'], 2],
        [['token'], 2],
        [['exec', '--', 'true'], 125],
      ] as const) {
        const { exit, stdout, stderr } = await machine.run(args)
        expect({ args, exit, stdout }).toEqual({ args, exit: status, stdout: '' })
        expect(stderr).toMatch(
          /^error: this profile requires a reason\nhint: .*--reason TEXT.*LS_AUTH_REASON/,
        )
      }
      expect((await lines()).length).toBe(before)
      expect(await machine.run(['services', '--reason', 'INC-1'])).toMatchObject({ exit: 0 })
      expect(await machine.run(['token'], { env: { LS_AUTH_REASON: 'INC-1' } })).toMatchObject({ exit: 0 })
      expect(await machine.run(['whoami'])).toMatchObject({ exit: 0 })
      await machine.run(['profile', 'set', 'reason', 'on call'])
      expect(await machine.run(['services'])).toMatchObject({ exit: 0 })
      expect(await latest()).toMatchObject({ reason: 'on call' })
    } finally {
      await machine.run(['profile', 'set', 'require_reason', '--unset'])
      await machine.run(['profile', 'set', 'reason', '--unset'])
    }
  })
})

describe('the record on this machine', () => {
  it('has the sign-in with its reason, which the profile does not keep', async () => {
    const [first] = await lines()
    const { stdout } = await machine.run(['token'])
    const { sub, iss } = claimsOf(stdout)
    expect(first).toMatchObject({ event: 'sign-in', way: 'cli', profile: 'default', sub, issuer: iss })
    expect(first).toMatchObject({ reason: 'first day', jti: expect.any(String) })
    expect(await readFile(machine.configFile, 'utf8')).not.toContain('first day')
  })

  it('has a hand-out for each token that is printed, by the id of that token', async () => {
    const before = (await lines()).length
    const { stdout } = await machine.run(['token', '--header', '--reason', 'script'])
    const { jti, sub } = claimsOf(stdout)
    expect((await lines()).slice(before)).toMatchObject([
      { event: 'hand-out', way: 'cli', jti, sub, reason: 'script', path: null, status: null },
    ])
    await machine.run(['token', '--json'])
    await machine.run(['token'], toEcho())
    expect((await lines()).slice(before + 1)).toMatchObject([
      { event: 'hand-out' },
      { event: 'hand-out', sub: 'robot', jti: 'j-1', issuer: 'https://ci.example' },
    ])
  })

  it('has a hand-out for each command that runs as the person, before it runs', async () => {
    const before = (await lines()).length
    const { stdout } = await machine.run(['exec', '--', 'cat', file()])
    expect(JSON.parse(stdout.trim().split('\n').at(-1) as string)).toMatchObject({
      event: 'hand-out',
      way: 'exec',
    })
    expect((await lines()).length).toBe(before + 1)
  })

  it('has each request: method, path without query, status, time, the trace that was read', async () => {
    await machine.run(['api', `/api/traces/${TRACE.toUpperCase()}?secret=1`], toEcho())
    expect(await latest()).toMatchObject({
      event: 'request',
      method: 'GET',
      path: `/api/traces/${TRACE.toUpperCase()}`,
      trace_id: TRACE,
      status: 200,
      ms: expect.any(Number),
      traceparent: asked[0]?.headers.traceparent,
      sub: 'robot',
    })
    await machine.run(['api', '-X', 'POST', '/no/thing'], toEcho())
    expect(await latest()).toMatchObject({ method: 'POST', path: '/no/thing', trace_id: null, status: 403 })
  })

  describe('has a request that is under way when a signal ends the command', () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const end = async (path: string, args: readonly string[], ...kills: readonly NodeJS.Signals[]) => {
      const before = (await lines()).length
      const running = machine.start(args, toEcho({ LS_AUTH_API: `${echoUrl}${path}` }))
      await expect.poll(() => asked.length).toBe(1)
      for (const signal of kills) running.child.kill(signal)
      const { exit, signal, stdout, stderr } = await running.ended
      expect({ exit, signal, stdout, stderr }).toEqual({
        exit: null,
        signal: kills[0],
        stdout: '',
        stderr: '',
      })
      return (await lines()).slice(before)
    }

    it.each(signals)('by %s, before there is an answer', async (signal) => {
      expect(await end('/never', ['api', '/x?q=1'], signal)).toMatchObject([
        { event: 'request', path: '/never/x', status: null, sub: 'robot', ms: expect.any(Number) },
      ])
    })

    it('in the middle of the answer', async () => {
      expect(await end('/half', ['trace', 'get', TRACE], 'SIGINT')).toMatchObject([
        { event: 'request', trace_id: TRACE, status: null, traceparent: asked[0]?.headers.traceparent },
      ])
    })
  })

  it('has the names of the contract in each line and no others, and is for its owner alone', async () => {
    for (const line of await lines()) expect(Object.keys(line)).toEqual(NAMES)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  it('has no token, no query and no answer', async () => {
    await machine.run(['api', `/x/${TOKEN.slice(0, 40)}`], toEcho())
    await machine.run(['api', '/x?q=what-i-look-for'], toEcho())
    const text = await readFile(file(), 'utf8')
    for (const secret of [...provider.secrets, TOKEN, TOKEN.slice(0, 40), API_KEY, 'what-i-look-for'])
      expect(text).not.toContain(secret)
  })

  it.each(['logout', 'profile remove default'])('has the sign-out by %s', async (line) => {
    const other = await openMachine()
    try {
      await signIn(other, [...loginArgs(provider), ...fileStore(other)])
      await other.run(line.split(' '))
      await other.run(line.split(' '))
      const record = await lines(join(other.stateDirectory, 'audit.jsonl'))
      expect(record).toMatchObject([
        { event: 'sign-in' },
        { event: 'sign-out', sub: record[0].sub, jti: record[0].jti },
      ])
    } finally {
      await other.close()
    }
  })
})

describe('nothing that is wrong with the record stops a command', () => {
  const isRoot = process.getuid?.() === 0
  const bad = async (make: (path: string) => Promise<unknown>, stateHome = 'bad') => {
    const state = join(machine.home, stateHome)
    await mkdir(join(state, 'ls-auth'), { recursive: true })
    await make(join(state, 'ls-auth', 'audit.jsonl'))
    const ended = await machine.run(['api', '/x'], toEcho({ XDG_STATE_HOME: state }))
    const token = await machine.run(['token'], toEcho({ XDG_STATE_HOME: state }))
    const ran = await machine.run(['--quiet', 'exec', '--', 'echo', 'ran'], toEcho({ XDG_STATE_HOME: state }))
    for (const one of [join(state, 'ls-auth'), state]) await machine.command('umount', ['-q', one]).ended
    await chmod(state, 0o700)
    await chmod(join(state, 'ls-auth'), 0o700).catch(() => {})
    await rm(state, { recursive: true, force: true })
    const warning = expect.stringMatching(
      /^warning: not recorded: \S+audit\.jsonl could not be written \(E[A-Z]+\)\n$/,
    )
    expect(ended).toMatchObject({ exit: 0, stdout: '{}', stderr: warning })
    expect(token).toMatchObject({ exit: 0, stdout: `${TOKEN}\n`, stderr: warning })
    // --quiet leaves out notes alone: a gap in the record is a warning.
    expect(ran).toMatchObject({ exit: 0, stdout: 'ran\n', stderr: warning })
  }

  it.skipIf(!isMet(isRoot, 'a full disk is mounted by root alone'))('a full disk', async () => {
    const directory = join(machine.home, 'bad', 'ls-auth')
    await bad(async () => {
      await machine.command('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory]).ended
      const fill = `cd ${directory} && cat /dev/zero > filler; : > audit.jsonl; df . | tail -n 1`
      expect((await machine.command('sh', ['-c', fill]).ended).stdout).toContain('100%')
    })
  })
  it('a directory in its place', () => bad((path) => mkdir(path)))
  it('a pipe in its place, which nobody reads', () => bad((path) => machine.command('mkfifo', [path]).ended))
  // Modes do not bind root, a read-only file system does.
  const unwritable: readonly [string, (path: string) => Promise<unknown>][] = isRoot
    ? [
        [
          'a file system that is read-only',
          (path) => machine.command('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', join(path, '..')]).ended,
        ],
        [
          'a read-only place for its directory',
          (path) =>
            machine.command('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', join(path, '..', '..')]).ended,
        ],
      ]
    : [
        ['a file that cannot be written', (path) => writeFile(path, '', { mode: 0o400 })],
        ['a directory that cannot be written', (path) => chmod(join(path, '..'), 0o500)],
        [
          'a read-only place for its directory',
          async (path) => {
            await rm(join(path, '..'), { recursive: true })
            await chmod(join(path, '..', '..'), 0o500)
          },
        ],
      ]
  it.each(unwritable)('%s', (_, arrange) => bad(arrange))

  it('a link is not followed', async () => {
    const target = join(machine.home, 'target')
    await writeFile(target, '')
    await bad((path) => symlink(target, path))
    expect(await readFile(target, 'utf8')).toBe('')
  })

  it('a machine without a home', async () => {
    const env = { ...toEcho().env, XDG_STATE_HOME: '/dev/null/x', HOME: '/nonexistent' }
    expect(await machine.run(['api', '/x'], { env })).toMatchObject({ exit: 0, stdout: '{}', stderr: '' })
  })
})

describe('audit list', () => {
  const at = (minutesAgo: number, more: Record<string, unknown>) =>
    JSON.stringify({
      ...Object.fromEntries(NAMES.map((name) => [name, null])),
      time: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
      way: 'cli',
      event: 'request',
      profile: 'work',
      sub: 'alice',
      method: 'GET',
      path: `/p/${minutesAgo}`,
      ...more,
    })
  const state = () => join(machine.home, 'listed')
  const list = (...args: string[]) =>
    machine.run(['audit', 'list', ...args], { env: { XDG_STATE_HOME: state() } })
  beforeAll(async () => {
    const path = join(state(), 'ls-auth', 'audit.jsonl')
    await mkdir(join(state(), 'ls-auth'), { recursive: true })
    await writeFile(`${path}.1`, `${at(300, { event: 'sign-in', method: null, path: null })}\n`)
    const half = at(9, {}).slice(0, 90)
    const all = [
      at(120, { trace_id: TRACE, status: 200, reason: 'INC-1', ms: 12 }),
      'no json',
      `${half}${at(50, { profile: 'other', sub: 'bob' })}`,
      at(20, { path: '/\u001b[31mred', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }),
    ]
    await writeFile(path, `${all.join('\n')}\n`)
  })

  it('is a table, the latest last, and says how many lines are damaged', async () => {
    const { exit, stdout, stderr } = await list()
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'note: 2 damaged lines were skipped\n' })
    const rows = stdout.trimEnd().split('\n')
    expect(rows[0]).toMatch(/^TIME +WHO +WHAT +STATUS +TRACE +REASON/)
    expect(rows.slice(1).map((row) => row.split(/ {2,}/)[2])).toEqual([
      'sign-in',
      'GET /p/120',
      'GET /p/50',
      expect.stringContaining('red'),
    ])
    expect(stdout).not.toContain('\u001b')
  })
})
