import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { listen } from '../../../src/session/flow/loopback.ts'
import { startPages } from '../../../src/session/flow/start-page.ts'
import { freePort } from '../../world/free-port.ts'

/** What is left when the sign-in is over: nothing that listens, and nobody who waits. */

it('behind a redirect to localhost the port is closed at both loopback addresses', async () => {
  const port = await freePort()
  const loopback = await listen({ host: 'localhost', ports: [port], path: '/callback' })
  const isOpen = (address: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, address, () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => resolve(false))
    })
  expect([await isOpen('127.0.0.1'), await isOpen('::1')]).toEqual([true, true])
  await loopback.finish('done')
  expect([await isOpen('127.0.0.1'), await isOpen('::1')]).toEqual([false, false])
})

it('a browser that cannot be shown its page keeps nobody waiting', async () => {
  const loopback = await listen({ host: '127.0.0.1', ports: 'any', path: '/callback' })
  const start = startPages(loopback.redirectUri, new URL('https://idp.example/authorize'))
  // The answer to the first request never comes, and those behind it on the connection wait for it.
  const lookups = [new Promise<never>(() => {}), false]
  const isForeign = async () => lookups.shift() as boolean
  const answer = loopback.wait('mine', new AbortController().signal, { start, isForeign })
  const { port, host, pathname } = new URL(loopback.redirectUri)
  const browser = connect(Number(port), '127.0.0.1')
  for (const path of [start.opened.pathname, `${pathname}?code=c&state=mine`])
    browser.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  await expect(answer).rejects.toMatchObject({ code: 'refused' })
  await loopback.finish('failed')
  browser.destroy()
})
