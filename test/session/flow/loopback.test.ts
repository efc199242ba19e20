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

describe('the listener for the redirect', () => {
  it.each([
    ['another of the same length', STATE.replace('the', 'The')],
    ['the beginning of it', STATE.slice(0, -1)],
    ['more than it', `${STATE}x`],
    ['none', ''],
  ])('takes no other state: %s', async (_, state) => {
    expect(await ask(redirect(state))).toBe(400)
    void ask(redirect(STATE))
    expect((await answer).searchParams.get('state')).toBe(STATE)
  })

  it('listens on loopback alone', async () => {
    const refused = await new Promise<boolean>((resolve) => {
      // An address of this machine, too, but another one: a listener on all addresses would answer.
      const socket = connect(Number(url.port), '127.0.0.2')
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
      socket.once('close', () => socket.destroy())
      setTimeout(() => socket.destroy(), 1_000).unref()
    })
    expect(refused).toBe(true)
  })
})

describe('with connections that never end their request', () => {
  const open = new Set<Socket>()
  let reopening = true
  function half(): void {
    const socket = connect(Number(url.port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: '))
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      open.delete(socket)
      if (reopening) setTimeout(half, 5)
    })
  }
  afterEach(() => {
    reopening = false
    for (const socket of open) socket.destroy()
  })

  it.each([200, 700])(
    '%i of them, opened again when they are closed: the browser is heard',
    async (count) => {
      reopening = true
      for (let i = 0; i < count; i++) half()
      await new Promise((resolve) => setTimeout(resolve, 500))
      for (let i = 0; i < 5; i++) {
        expect(await ask(redirect('wrong'))).toBe(400)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      void ask(redirect(STATE))
      expect((await answer).searchParams.get('state')).toBe(STATE)
    },
  )

  it('closes them after some seconds', { timeout: 20_000 }, async () => {
    reopening = false
    half()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const [socket] = open
    expect(socket?.readyState).toBe('open')
    const closed = new Promise((resolve) => socket?.once('close', () => resolve('closed')))
    socket?.resume()
    expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 9_000))])).toBe('closed')
  })
})
