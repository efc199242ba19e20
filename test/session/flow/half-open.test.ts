import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Loopback, listen } from '../../../src/session/flow/loopback.ts'

const STATE = 'the-state-of-this-sign-in'

let loopback: Loopback
let url: URL
let ended: AbortController
let answer: Promise<URL>
beforeEach(async () => {
  loopback = await listen({ host: '127.0.0.1', ports: 'any', path: '/callback' })
  url = new URL(loopback.redirectUri)
  ended = new AbortController()
  answer = loopback.wait(STATE, ended.signal)
  answer.catch(() => {})
})
afterEach(async () => {
  ended.abort(new Error('the test is over'))
  await loopback.finish('done')
})

const redirect = (state: string) => `${url.href}?code=c&state=${state}`

/** The status of the answer; undefined: the connection was closed without one. */
const ask = (address: string) =>
  new Promise<number | undefined>((resolve) => {
    get(address, { agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', () => resolve(undefined))
  })

describe('with connections that never end their request', () => {
  const open = new Set<Socket>()
  /** Who holds the connections open. One that has ended opens no more, at the listener of the next test. */
  let attack = { reopening: false }
  function half(by = attack): void {
    const socket = connect(Number(url.port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: '))
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      open.delete(socket)
      if (by.reopening) setTimeout(half, 5, by)
    })
  }
  afterEach(() => {
    attack.reopening = false
    for (const socket of open) socket.destroy()
  })

  // The long form: LS_AUTH_HALF_OPEN_SECONDS=60.
  const seconds = Number(process.env.LS_AUTH_HALF_OPEN_SECONDS ?? 3)
  it(`200 of them for ${seconds} s: of 150 requests of a browser none is refused`, async () => {
    attack = { reopening: true }
    for (let i = 0; i < 200; i++) half()
    const heard: unknown[] = []
    const began = Date.now()
    for (let asked = 0; asked < 150; asked++) {
      await new Promise((resolve) =>
        setTimeout(resolve, began + (asked * seconds * 1_000) / 150 - Date.now()),
      )
      heard.push(await ask(redirect('wrong')))
    }
    expect(heard).toEqual(Array(150).fill(400))
    expect(open.size).toBeGreaterThan(150)
  })

  it('closes them after some seconds', async () => {
    attack = { reopening: false }
    half()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const [socket] = open
    expect(socket?.readyState).toBe('open')
    const closed = new Promise((resolve) => socket?.once('close', () => resolve('closed')))
    socket?.resume()
    expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 9_000))])).toBe('closed')
  })
})
