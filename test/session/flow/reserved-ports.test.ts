import { once } from 'node:events'
import { type AddressInfo, createServer, Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type LoopbackOptions, listen } from '../../../src/session/flow/loopback.ts'
import { toldBy } from '../../told.ts'
import { freePort } from '../../world/free-port.ts'

/** Hyper-V, WSL and Docker reserve ports of Windows: nobody has them open, and nobody can open them. */

afterEach(() => {
  vi.restoreAllMocks()
})

/** As Windows refuses a reserved port, on each address. */
function refuse(code: string, ...ports: readonly unknown[]) {
  const { listen: real } = Server.prototype
  const fake = function (this: Server, ...about: Parameters<typeof real>) {
    if (!ports.includes(about[0])) return real.apply(this, about)
    setImmediate(() => this.emit('error', Object.assign(new Error(code), { code })))
    return this
  }
  vi.spyOn(Server.prototype, 'listen').mockImplementation(fake as typeof real)
}

const where = (...ports: number[]): LoopbackOptions => ({ host: '127.0.0.1', ports, path: '' })
const RANGES = 'netsh interface ipv4 show excludedportrange protocol=tcp'
const told = (why: string) => `settings: cannot wait for the browser: ${why}`

describe('a port that the system reserves', () => {
  it('is passed over for the next one', async () => {
    const port = await freePort()
    refuse('EACCES', 50_001)
    const loopback = await listen(where(50_001, port))
    expect(loopback.redirectUri).toBe(`http://127.0.0.1:${port}`)
    await loopback.finish('done')
  })

  it('is not said to be in use; on Windows the hint shows the ranges', async () => {
    refuse('EACCES', 50_001)
    const why = told('port 50001 is reserved by this system')
    expect(await toldBy(() => listen(where(50_001), { platform: 'win32' }))).toEqual([
      why,
      `See what Windows reserves: ${RANGES}. Then set redirect_ports to other registered ports.`,
    ])
    expect(await toldBy(() => listen(where(50_001), { platform: 'linux', otherWay: 'name one.' }))).toEqual([
      why,
      'Name one.',
    ])
  })

  it('is told beside one that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    refuse('EACCES', 50_001, 50_002)
    const [why, hint] = await toldBy(() => listen(where(50_001, port, 50_002), { platform: 'win32' }))
    expect(why).toBe(told(`port ${port} is in use; ports 50001, 50002 are reserved by this system`))
    expect(hint).toContain(RANGES)
    other.close()
  })
})
