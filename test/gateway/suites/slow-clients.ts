import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { gatewayFixture, PROJECT, TRACE } from './fixture.ts'

const SOCKETS = 320

/** Connections that begin a request and do not end it. */
export function slowClientSuite(): void {
  const world = gatewayFixture()
  const open: Socket[] = []
  afterAll(() => {
    for (const socket of open) socket.destroy()
  })

  async function halfOpen(beginning: string): Promise<Socket> {
    const socket = connect(world.gateway.port, '127.0.0.1')
    open.push(socket)
    socket.on('error', () => undefined)
    socket.resume()
    await once(socket, 'connect')
    socket.write(beginning)
    return socket
  }

  it(`answers good requests beside ${SOCKETS} that never end`, async () => {
    const token = await world.issuer.mint()
    expect((await world.send(TRACE, { token })).status).toBe(200)
    await Promise.all(
      Array.from({ length: SOCKETS }, () => halfOpen(`GET ${TRACE} HTTP/1.1\r\nHost: x\r\nX-Slow: `)),
    )
    for (let i = 0; i < 10; i += 1) {
      expect((await world.send(TRACE, { token })).status).toBe(200)
    }
  })

  it.each([
    ['headers that do not come to an end', `GET ${TRACE} HTTP/1.1\r\nHost: x\r\nX-Slow: `],
    [
      'a body that drips, from somebody without a token',
      `POST ${PROJECT}/telemetry/attributes HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n`,
    ],
  ])('gives up on %s', async (_name, beginning) => {
    const socket = await halfOpen(beginning)
    // Fast enough for any limit on the rate, so that only one on the whole ends it.
    const drip = setInterval(() => socket.write('x'.repeat(500)), 250)
    await once(socket, 'close')
    clearInterval(drip)
  })
}
