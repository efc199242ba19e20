import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../world/gateway.ts'
import { IS_LINUX } from '../../world/linux.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import {
  type LocalProxy,
  type RecordingApi,
  sendRaw,
  startLocalProxy,
  startRecordingApi,
} from './local-proxy.ts'

const API_KEY = 'key-of-the-api'
const TOKEN = 'token-of-the-job-0123456789abcdef'
const trace = makeTrace({ seed: 21 })
const PROJECT = '/public/v0.2/acme/projects/prod'

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
  await signInHere()
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

const started: LocalProxy[] = []
afterEach(async () => {
  for (const { running } of started.splice(0)) {
    running.child.kill('SIGKILL')
    await running.ended
  }
})

async function signInHere(user = 'alice'): Promise<void> {
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  const login = [...loginArgs(provider), ...fileStore(machine), ...settings]
  const { ended } = await signIn(machine, login, { visitor: { user } })
  expect(ended.exit).toBe(0)
}

async function open(args: readonly string[] = [], env: Record<string, string> = {}): Promise<LocalProxy> {
  const proxy = await startLocalProxy(machine, args, { env })
  started.push(proxy)
  return proxy
}

const services = (proxy: LocalProxy) => `${proxy.api}${PROJECT}/directory/services`

describe('a proxy of a person who is signed in', () => {
  it('says on stdout where it listens, once, and on stderr what it served: no secret, no query, no token', async () => {
    const proxy = await open()
    const answer = await fetch(`${services(proxy)}?customer=42`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toHaveProperty('data')
    await proxy.running.said(/^GET .* 200 \d+ms$/m)
    expect(proxy.running.stdout).toBe(`LS_AUTH_API=${proxy.api}\n`)
    expect(proxy.secret).toMatch(/^[\w-]{43}$/)
    const { stderr } = proxy.running
    expect(stderr.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^GET \/public\/v0\.2\/acme\/projects\/prod\/directory\/services 200 \d+ms$/),
      '',
    ])
    for (const secret of [...provider.secrets, proxy.secret, 'customer']) expect(stderr).not.toContain(secret)
    expect(gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
  })

  it('renews a token that the API refuses, once, and sends a POST again whole', async () => {
    const proxy = await open()
    const before = provider.refreshCount()
    const first = gateway.requests + 1
    gateway.distrusts = (n) => n === first
    const body = JSON.stringify({ data: { attributes: { query: 'x'.repeat(50_000) } } })
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${proxy.api}${PROJECT}/telemetry/query_timeseries`, { ...post, body })
    gateway.distrusts = () => false
    expect(answer.status).not.toBe(401)
    expect(provider.refreshCount()).toBe(before + 1)
    expect(gateway.requests).toBe(first + 1)
    // Not again at once: an API that refuses every token would make a renewal of each request.
    gateway.distrusts = () => true
    const refused = await Promise.all([1, 2, 3].map(() => fetch(services(proxy))))
    gateway.distrusts = () => false
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(refused[0]?.headers.get('www-authenticate')).toContain('invalid_token')
    expect(provider.refreshCount()).toBe(before + 1)
  })

  it('a signal during a renewal: the caller gets its answer, the record its line, the session its token', async () => {
    const { answer, proxy } = await renewing()
    const recorded = async () =>
      (await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8')).split('\n')
    const before = (await recorded()).length
    proxy.running.child.kill('SIGTERM')
    expect((await answer)?.status).toBe(200)
    expect(await proxy.running.ended).toMatchObject({ exit: 143, signal: null })
    const lines = (await recorded()).slice(before - 1).join('\n')
    expect(lines).toContain('"way":"proxy","event":"request"')
    provider.delayTokenMilliseconds = 0
    expect(await machine.run(['token'])).toMatchObject({ exit: 0, stderr: '' })
  })

  /** The API has refused the token, and the answer of the provider with the next one is on its way. */
  async function renewing(delayMilliseconds = 600) {
    const proxy = await open()
    const [first, asked] = [gateway.requests + 1, provider.requests.length]
    gateway.distrusts = (n) => n === first
    provider.delayTokenMilliseconds = delayMilliseconds
    const answer = fetch(services(proxy)).catch(() => undefined)
    while (provider.requests.length === asked) await sleep(10)
    return { answer, proxy }
  }

  it('ends with the session: the caller is told, then 3', async () => {
    const proxy = await open()
    expect((await fetch(services(proxy))).status).toBe(200)
    expect((await machine.run(['logout'])).exit).toBe(0)
    gateway.distrusts = () => true
    const answer = await fetch(services(proxy))
    gateway.distrusts = () => false
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      error: 'not-signed-in',
      hint: expect.stringContaining('ls-auth login'),
    })
    const { exit, stderr } = await proxy.running.ended
    expect(exit).toBe(3)
    expect(stderr).toMatch(/ 503 \d+ms\nerror: you are not signed in\nhint: .*ls-auth login/)
    await expect(fetch(services(proxy))).rejects.toThrow()
    expect(await machine.run(['proxy', '--port', '0'])).toMatchObject({ exit: 3, stdout: '' })
    await signInHere()
  })

  it('ends when somebody else signs in: whoever uses it has not asked to be them', async () => {
    const proxy = await open()
    expect((await fetch(services(proxy))).status).toBe(200)
    await signInHere('bob')
    gateway.distrusts = () => true
    const answer = await fetch(services(proxy))
    gateway.distrusts = () => false
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({
        error: 'session-ended',
        message: expect.stringContaining('another account'),
      }),
    ])
    const { exit, stderr } = await proxy.running.ended
    expect(exit).toBe(3)
    expect(stderr).toMatch(/\nerror: another account has signed in since this began\nhint: Start it again/)
    await signInHere()
  })
})

describe('with LS_AUTH_TOKEN and an API that writes down what it gets', () => {
  let recorder: RecordingApi
  const env = { LS_AUTH_TOKEN: TOKEN, LS_AUTH_TENANT: 'team-a' }
  const to = (...args: string[]) => ['--backend', 'tempo', '--api', `${recorder.url}/base/`, ...args]
  beforeEach(async () => {
    recorder = await startRecordingApi()
  })
  afterEach(() => recorder.close())

  it('says that it cannot renew it', async () => {
    const { running } = await open(to(), env)
    expect(running.stderr).toMatch(/^note: ls-auth cannot renew LS_AUTH_TOKEN\n/)
  })

  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))('curl: the headers that arrive', async () => {
    const proxy = await open(to(), env)
    const args = [
      '-sS',
      '-H',
      'Authorization: Basic eDp5',
      '-H',
      'Cookie: a=b',
      '-H',
      'X-Scope-OrgID: other',
      '-H',
      'X-Forwarded-User: root',
      '-H',
      'X-Request-Reason: INC-1',
      '-H',
      'Connection: x-a',
      '-H',
      'x-a: 1',
    ]
    const { stdout, exit } = await machine.command('curl', [
      ...args,
      `${proxy.api}/api/search?q=%7B%7D&limit=5`,
    ]).ended
    expect({ stdout, exit }).toEqual({ stdout: '{"traces":[]}', exit: 0 })
    const { url, headers } = recorder.received[0] ?? { url: '', headers: {} }
    expect(url).toBe('/base/api/search?q=%7B%7D&limit=5')
    expect(headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'x-scope-orgid': 'team-a',
      host: new URL(recorder.url).host,
    })
    for (const name of ['cookie', 'x-request-reason', 'x-forwarded-user', 'x-a'])
      expect(headers).not.toHaveProperty(name)
    expect(JSON.stringify(recorder.received)).not.toContain(proxy.secret)
  })

  it('a redirect is handed back, and nobody follows it with the token', async () => {
    const other = await startRecordingApi()
    recorder.answer = (_, response) =>
      response.writeHead(302, { location: `${other.url}/login`, 'set-cookie': 'a=b' }).end()
    const proxy = await open(to(), env)
    const answer = await fetch(`${proxy.api}/api/search`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${other.url}/login`])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(other.connections).toBe(0)
    await other.close()
  })

  it.each([401, 403, 404, 429, 500])('%i comes as it is, and is not asked again', async (status) => {
    let asked = 0
    recorder.answer = (_, response) => {
      asked += 1
      response
        .writeHead(status, { 'retry-after': '7', 'www-authenticate': 'Bearer error="invalid_token"' })
        .end('their words')
    }
    const proxy = await open(to(), env)
    const answer = await fetch(`${proxy.api}/api/search`)
    expect([answer.status, await answer.text(), answer.headers.get('retry-after')]).toEqual([
      status,
      'their words',
      '7',
    ])
    expect(asked).toBe(1)
  })

  it.each(['Accept-Encoding', 'accept_encoding'])(
    'nor does the caller choose to have it compressed (%s)',
    async (name) => {
      recorder.answer = ({ headers }, response) => {
        const zips = /gzip/.test(JSON.stringify(headers))
        const body = Buffer.from(headers.authorization ?? '')
        response.writeHead(200, zips ? { 'content-encoding': 'gzip' } : {}).end(zips ? gzipSync(body) : body)
      }
      const proxy = await open(to(), env)
      const answer = await fetch(`${proxy.api}/api/search`, { headers: { [name]: 'gzip' } })
      expect(await answer.text()).toBe(`Bearer ${'x'.repeat(TOKEN.length)}`)
    },
  )

  it('an API that echoes the token: it does not reach the caller', async () => {
    recorder.answer = ({ headers }, response) => {
      const { authorization = '' } = headers
      response.writeHead(200, { 'x-echo': authorization })
      response.write(`a ${authorization.slice(0, 20)}`)
      setTimeout(() => response.end(`${authorization.slice(20)} b`), 100)
    }
    const proxy = await open(to(), env)
    const answer = await fetch(`${proxy.api}/api/search`)
    expect(answer.headers.get('x-echo')).toBe(`Bearer ${'x'.repeat(TOKEN.length)}`)
    expect(await answer.text()).toBe(`a Bearer ${'x'.repeat(TOKEN.length)} b`)
  })

  it('what is for one connection, a browser or a sign-in of the API does not reach the caller', async () => {
    const theirs = {
      'Alt-Svc': 'h3="evil.example:443"; ma=86400',
      'Access-Control-Allow-Origin': '*',
      'Clear-Site-Data': '"*"',
      'Proxy-Authenticate': 'Basic',
      'Set-Cookie': ['a=b', 'c=d'],
      'Strict-Transport-Security': 'max-age=1',
      'X-Kept': 'yes',
    }
    recorder.answer = (_, response) => response.writeHead(200, theirs).end()
    const proxy = await open(to(), env)
    const { headers } = await fetch(`${proxy.api}/api/search`)
    expect(Object.keys(theirs).filter((name) => headers.has(name))).toEqual(['X-Kept'])
  })

  it.each([
    ['none that is named', {}, true],
    ['identity', { 'content-encoding': 'Identity' }, true],
    ['an empty one', { 'content-encoding': '' }, true],
    ['a list of nothing', { 'content-encoding': 'identity, ,' }, true],
    ['br, of a plain body', { 'content-encoding': 'br' }, false],
    ['a name that is none', { 'content-encoding': 'none' }, false],
    ['gzip behind identity', { 'content-encoding': 'identity, gzip' }, false],
    ['gzip on the way', { 'transfer-encoding': 'gzip, chunked' }, false],
  ])('an echoed token in an encoding: %s', async (_, headers, isServed) => {
    recorder.answer = ({ headers: { authorization = '' } }, response) =>
      void response.writeHead(200, headers).end(authorization)
    const proxy = await open(to(), env)
    const answer = await sendRaw(
      proxy.port,
      `GET /${proxy.secret}/api/search HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).not.toContain(TOKEN)
    if (isServed) return expect(answer).toContain(`Bearer ${'x'.repeat(TOKEN.length)}`)
    expect(answer).toMatch(
      /^HTTP\/1\.1 502 [\s\S]*"error":"api-failed","message":"\S+ answered in an encoding that ls-auth did not request"/,
    )
  })

  it('an echoed token cannot be asked for in two halves', async () => {
    recorder.answer = ({ headers: { authorization = '', range = '' } }, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
      const part =
        from === undefined ? authorization : authorization.slice(Number(from), Number(to || 99) + 1)
      response.writeHead(from === undefined ? 200 : 206).end(part)
    }
    const proxy = await open(to(), env)
    const half = async (range: string) => {
      const answer = await fetch(`${proxy.api}/api/search`, { headers: { range, 'if-range': '"x"' } })
      return [answer.status, await answer.text()]
    }
    const whole = [200, `Bearer ${'x'.repeat(TOKEN.length)}`]
    expect([await half('bytes=0-20'), await half('bytes=21-')]).toEqual([whole, whole])
  })

  it('large bodies go both ways as they come, and memory stays flat', async () => {
    recorder.answer = (request, response) => {
      const hash = createHash('sha256')
      request.on('data', (part) => hash.update(part))
      request.on('end', () => {
        response.setHeader('x-hash', hash.digest('hex'))
        const chunk = Buffer.alloc(65_536, 'y')
        Readable.from(
          (function* () {
            for (let i = 0; i < 2048; i += 1) yield chunk
          })(),
        ).pipe(response)
      })
    }
    const proxy = await open(to('--allow-write'), env)
    const chunk = Buffer.alloc(65_536, 'z')
    const sent = createHash('sha256')
    for (let i = 0; i < 2048; i += 1) sent.update(chunk)
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < 2048; i += 1) yield chunk
      })(),
    )
    const answer = await fetch(`${proxy.api}/v1/traces`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as unknown as RequestInit)
    expect(answer.headers.get('x-hash')).toBe(sent.digest('hex'))
    let bytes = 0
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += part.length
    expect(bytes).toBe(2048 * 65_536)
    const status = await text(spawn('cat', [`/proc/${proxy.running.child.pid}/status`]).stdout)
    expect(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])).toBeLessThan(220_000)
  })

  it.skipIf(!IS_LINUX)('no other address of this machine reaches it', async () => {
    const proxy = await open(to(), env)
    expect((await fetch(`${proxy.api}/api/search`)).status).toBe(200)
    const other = proxy.api.replace('127.0.0.1', '127.0.0.2')
    await expect(fetch(`${other}/api/search`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  describe('its end', () => {
    it('after --ttl, also while it is used', async () => {
      const { running, api: address } = await open(to('--ttl', '2s'), env)
      const used = setInterval(() => void fetch(`${address}/api/search`).catch(() => {}), 100)
      const { exit, stderr } = await running.ended
      clearInterval(used)
      expect(exit).toBe(0)
      // A request that was under way then has its line behind it.
      expect(stderr).toContain('\nThe proxy stops after 2s (--ttl).\n')
    })

    it('after --idle, counted from the last request that was let through', async () => {
      const { running, api: address, origin } = await open(to('--idle', '2s'), env)
      await sleep(1_000)
      await fetch(`${address}/api/search`)
      const from = performance.now()
      const strangers = setInterval(() => void fetch(`${origin}/x`).catch(() => {}), 300)
      const { exit, stderr } = await running.ended
      clearInterval(strangers)
      expect(performance.now() - from).toBeGreaterThan(1_900)
      expect(exit).toBe(0)
      expect(stderr).toMatch(/\nThe proxy stops: no request for 2s \(--idle\)\.\n/)
    })
  })
})
