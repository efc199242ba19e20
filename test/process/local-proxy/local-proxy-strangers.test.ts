import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import {
  type LocalProxy,
  type RecordingApi,
  sendRaw,
  startLocalProxy,
  startRecordingApi,
} from './local-proxy.ts'

const TOKEN = 'token-of-the-job-0123456789abcdef'
const env = { LS_AUTH_TOKEN: TOKEN }

let machine: Machine
let recorder: RecordingApi
beforeAll(async () => {
  machine = await openMachine()
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
})
async function open(args: readonly string[]): Promise<LocalProxy> {
  const proxy = await startLocalProxy(machine, args, { env })
  started.push(proxy)
  return proxy
}

describe('strangers on the port of a proxy', () => {
  const GET = (proxy: LocalProxy, path = `/${proxy.secret}/api/search`, ...headers: string[]) =>
    [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${proxy.port}`, 'Connection: close', ...headers, '', ''].join(
      '\r\n',
    )

  it('it listens at 127.0.0.1, and at no other address of this machine', async () => {
    const proxy = await open(to())
    const isHeard = (host: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host, port: proxy.port, timeout: 1_000 })
        const end = (heard: boolean) => () => {
          socket.destroy()
          resolve(heard)
        }
        socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
      })
    const outside = Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses.flatMap(({ address, internal, scopeid }) => (internal || scopeid ? [] : [address])),
    )
    const heard: string[] = []
    for (const host of ['127.0.0.1', '127.0.0.2', '::1', ...outside])
      if (await isHeard(host)) heard.push(host)
    expect(heard).toEqual(['127.0.0.1'])
  })

  it('smuggled requests: nothing arrives but what was judged', async () => {
    const proxy = await open(to('--allow-write'))
    const inner = GET(proxy, '/base/api/admin')
    const host = `Host: 127.0.0.1:${proxy.port}`
    const post = (...headers: string[]) =>
      [`POST /${proxy.secret}/x HTTP/1.1`, host, ...headers, '', ''].join('\r\n')
    const sent = [
      `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${inner}`,
      `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${inner}`,
      `${post('Transfer-Encoding : chunked')}0\r\n\r\n${inner}`,
      `${post('Content-Length: 0', 'Content-Length: 44')}${inner}`,
      `${post('Content-Length: +0')}${inner}`,
      `${post('Transfer-Encoding: chunked')}0;\n\r\n${inner}`,
      GET(proxy, undefined, 'X: a\nTransfer-Encoding: chunked'),
      GET(proxy).replace(' HTTP/1.1', ' HTTP/9.9'),
      GET(proxy).replace('\r\nHost', '\r\n Host'),
      `CONNECT 127.0.0.1:${recorder.port} HTTP/1.1\r\n${host}\r\n\r\n${inner}`,
    ]
    for (const bytes of sent) await sendRaw(proxy.port, bytes, 1_500)
    expect(recorder.received.filter(({ url }) => url.includes('admin'))).toEqual([])
    expect((await fetch(`${proxy.api}/api/search`)).status).toBe(200)
  })

  it('secrets that are guessed: answered ever more slowly, and the right one at once', async () => {
    const proxy = await open(to())
    const times: number[] = []
    for (let i = 0; i < 5; i += 1) {
      const from = performance.now()
      expect(await sendRaw(proxy.port, GET(proxy, `/${'A'.repeat(43)}/api/search`))).toMatch(
        /^HTTP\/1\.1 403 /,
      )
      times.push(performance.now() - from)
    }
    expect(times.at(-1)).toBeGreaterThan(1_500)
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connect(proxy.port, '127.0.0.1', () => socket.write(GET(proxy, '/wrong/api/search')))
      return socket.on('error', () => {})
    })
    await sleep(300)
    let told = ''
    void sendRaw(proxy.port, GET(proxy, '/wrong/api/search')).then((answer) => {
      told = answer
    })
    expect(await fetch(`${proxy.api}/api/search`)).toMatchObject({ status: 200 })
    expect(told).toBe('')
    for (const socket of sockets) socket.destroy()
    expect(proxy.running.stderr).not.toContain('wrong')
  })
})
