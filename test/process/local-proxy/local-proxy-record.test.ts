import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { isMet } from '../../world/needs.ts'
import { type LocalProxy, type RecordingApi, startLocalProxy, startRecordingApi } from './local-proxy.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-00`
const NEW = /^00-(?!0+-)[0-9a-f]{32}-(?!0+-)[0-9a-f]{16}-01$/
/** A token that names its person, for an API that only writes down. */
const TOKEN = ['{"alg":"none"}', '{"sub":"robot","jti":"j-1","iss":"https://ci.example"}', 'x'.repeat(40)]
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

let machine: Machine
let recorder: RecordingApi
let version: string
beforeAll(async () => {
  machine = await openMachine()
  version = (await machine.run(['--version'])).stdout.trim()
})
afterAll(() => machine.close())
beforeEach(async () => {
  recorder = await startRecordingApi()
})
afterEach(() => recorder.close())
const to = (...args: string[]) => ['--backend', 'tempo', '--api', `${recorder.url}/base/`, ...args]

const started: LocalProxy[] = []
afterEach(async () => {
  for (const { running } of started.splice(0)) {
    running.child.kill('SIGKILL')
    await running.ended
  }
  await rm(join(machine.stateDirectory, 'audit.jsonl'), { force: true })
  await rm(machine.configFile, { force: true })
})
async function open(args: readonly string[], env: Record<string, string> = {}): Promise<LocalProxy> {
  const proxy = await startLocalProxy(machine, args, { env: { LS_AUTH_TOKEN: TOKEN, ...env } })
  started.push(proxy)
  return proxy
}

/** The lines of the record, as soon as there are so many: they are written behind the answer. */
async function lines(count: number): Promise<Record<string, unknown>[]> {
  for (let i = 0; ; i += 1) {
    const text = await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8').catch(() => '')
    const found = text.split('\n').filter(Boolean)
    if (found.length >= count || i === 200) return found.map((line) => JSON.parse(line))
    await sleep(10)
  }
}

async function profileThatWantsOne(): Promise<void> {
  await mkdir(join(machine.configFile, '..'), { recursive: true })
  await writeFile(
    machine.configFile,
    `[profiles.p]
issuer = "https://login.example"
client_id = "c"
backend = "tempo"
api = "${recorder.url}"
require_reason = true
`,
    { mode: 0o600 },
  )
}

describe('each request through a local proxy says who asks, and why', () => {
  it('as ls-auth, by its proxy, for the reason given; what the caller says of itself is dropped', async () => {
    const proxy = await open(to('--reason', 'INC-1'))
    const headers = { 'user-agent': 'evil/1', 'x-request-reason': 'none of yours' }
    await fetch(`${proxy.api}/api/search`, { headers })
    await fetch(`${proxy.api}/api/search`)
    const [first, second] = recorder.received.map((one) => one.headers)
    for (const one of [first, second]) {
      expect(one?.['user-agent']).toBe(`ls-auth/${version} (${process.platform}; proxy)`)
      expect(one?.['x-request-reason']).toBe('INC-1')
      expect(one?.traceparent).toMatch(NEW)
    }
    expect(first?.traceparent?.slice(0, 35)).not.toBe(second?.traceparent?.slice(0, 35))
  })

  it('a profile that wants a reason: without one the proxy does not start', async () => {
    await profileThatWantsOne()
    const env = { LS_AUTH_TOKEN: TOKEN }
    const { exit, stdout, stderr } = await machine.run(['proxy', '--port', '0'], { env })
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain('this profile requires a reason')
    await machine.run(['profile', 'set', 'reason', 'on call'])
    const proxy = await open([])
    await fetch(`${proxy.api}/api/search`)
    expect(recorder.received[0]?.headers['x-request-reason']).toBe('on call')
  })
})

describe('the record of a local proxy', () => {
  it('has each request that went to the API, and none that was refused', async () => {
    const proxy = await open(to('--reason', 'INC-3'))
    await fetch(`${proxy.api}/api/traces/${TRACE}?customer=42`, { headers: { traceparent: PARENT } })
    await fetch(`${proxy.api}/api/admin`)
    await fetch(`${proxy.origin}/api/search`)
    recorder.answer = (_, response) => response.writeHead(404).end('{}')
    await fetch(`${proxy.api}/api/search`)
    const [first, second, ...more] = await lines(2)
    expect(first).toEqual({
      time: expect.any(String),
      way: 'proxy',
      event: 'request',
      profile: 'default',
      issuer: 'https://ci.example',
      sub: 'robot',
      jti: 'j-1',
      api: new URL(recorder.url).origin,
      place: null,
      method: 'GET',
      path: `/base/api/traces/${TRACE}`,
      trace_id: TRACE,
      span_id: null,
      status: 200,
      ms: expect.any(Number),
      reason: 'INC-3',
      traceparent: PARENT,
      client: null,
    })
    expect(second).toMatchObject({ path: '/base/api/search', trace_id: null, status: 404 })
    expect(more).toEqual([])
    const text = JSON.stringify([first, second])
    for (const secret of [TOKEN, proxy.secret, 'customer']) expect(text).not.toContain(secret)
  })

  const begun: RequestListener = (_, response) => void response.writeHead(200).write('{"whole":1}')
  const never: RequestListener = () => {}
  it.each([
    ['whole, but for its end', begun, 200],
    ['not there yet', never, null],
  ])('has a request whose answer is %s when a signal ends the proxy', async (_, answer, status) => {
    const asked = new Promise<void>((resolve) => {
      recorder.answer = (request, response) => {
        answer(request, response)
        resolve()
      }
    })
    const proxy = await open(to())
    const request = fetch(`${proxy.api}/api/traces/${TRACE}`)
    request.then((response) => response.text()).catch(() => {})
    await asked
    if (status !== null) await request
    proxy.running.child.kill('SIGTERM')
    const { exit, stderr } = await proxy.running.ended
    expect({ exit, stderr }).toEqual({ exit: 143, stderr: expect.stringMatching(/^GET \S+ gone \d+ms$/m) })
    expect(await lines(1)).toMatchObject([{ path: `/base/api/traces/${TRACE}`, trace_id: TRACE, status }])
  })

  const state = () => join(machine.home, 'bad')
  const served = async (make: (file: string) => Promise<unknown>) => {
    await mkdir(join(state(), 'ls-auth'), { recursive: true })
    await make(join(state(), 'ls-auth', 'audit.jsonl'))
    const proxy = await open(to(), { XDG_STATE_HOME: state() })
    for (let i = 0; i < 3; i += 1) expect((await fetch(`${proxy.api}/api/search`)).status).toBe(200)
    proxy.running.child.kill('SIGTERM')
    const { exit, stderr } = await proxy.running.ended
    expect({ exit, lines: stderr.match(/^GET .* 200 /gm)?.length }).toEqual({ exit: 143, lines: 3 })
    expect(stderr).not.toContain('error')
    expect(stderr.match(/^warning: not recorded: \S+ could not be written \(E\w+\)$/gm)).toHaveLength(1)
  }
  afterEach(async () => {
    await machine.command('umount', ['-q', join(state(), 'ls-auth')]).ended
    await rm(state(), { recursive: true, force: true })
  })
  it('stops no request: a directory in its place', () => served((file) => mkdir(file)))
  it('stops no request: a link in its place', () => served((file) => symlink('/dev/full', file)))
  it.skipIf(!isMet(process.getuid?.() === 0, 'a full disk is mounted by root alone'))(
    'stops no request: a full disk',
    () =>
      served(async (file) => {
        const directory = join(file, '..')
        await machine.command('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory]).ended
        await machine.command('sh', ['-c', `cat /dev/zero > ${directory}/filler`]).ended
      }),
  )
})
