import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/storage.ts'
import { socketOwner } from '../../../src/session/flow/socket-owner.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { IS_LINUX } from '../../world/linux.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, remote: string, uid: number, state = '01') =>
  `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 4711 1 0 20 4 30 10 -1\n`

/** A machine whose tables of sockets are these. */
const machine = (tcp: string | undefined, tcp6?: string): Pick<Files, 'readForeign'> => ({
  async readForeign(path) {
    const table = path === '/proc/net/tcp' ? tcp : path === '/proc/net/tcp6' ? tcp6 : undefined
    if (table === 'long') throw Object.assign(new Error('too large'), { code: 'EFBIG' })
    return table === undefined ? undefined : Buffer.from(HEAD + table)
  },
})
// 50000 = C350 at the browser, 8765 = 223D here.
const connection = { remotePort: 50_000, localPort: 8_765 }
const [V4, V6, MAPPED] = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F']

describe('whose connection it is, by the system’s table of sockets', () => {
  it.each([
    ['the row of the browser’s end', machine(row(`${V4}:C350`, `${V4}:223D`, 1001)), 1001],
    ['of IPv6', machine('', row(`${V6}:C350`, `${V6}:223D`, 1001)), 1001],
    [
      'of an IPv4 address in a socket of IPv6',
      machine('', row(`${MAPPED}:C350`, `${MAPPED}:223D`, 1001)),
      1001,
    ],
    ['not our own end', machine(row(`${V4}:223D`, `${V4}:C350`, 1001)), undefined],
    ['not another port of the browser', machine(row(`${V4}:C351`, `${V4}:223D`, 1001)), undefined],
    [
      'not a connection of these ports elsewhere',
      machine(row('0500000A:C350', '04030201:223D', 1001)),
      undefined,
    ],
    ['not a user of another namespace', machine(row(`${V4}:C350`, `${V4}:223D`, 65_534)), undefined],
    ['no table', machine(undefined), undefined],
    ['a table that cannot be read', { readForeign: () => Promise.reject(new Error('EACCES')) }, undefined],
    ['a table that is too long to be read', machine('long'), 'unseen'],
    ['two of them', machine('long', 'long'), 'unseen'],
    ['one of IPv6', machine('', 'long'), 'unseen'],
    ['one, and the row in the other', machine('long', row(`${V6}:C350`, `${V6}:223D`, 1001)), 1001],
  ])('%s', async (_, files, uid) => {
    expect(await socketOwner(connection, files)).toBe(uid)
  })

  it('of a port that is a small number, too', async () => {
    const files = machine(row(`${V4}:C350`, `${V4}:0050`, 1001))
    expect(await socketOwner({ remotePort: 50_000, localPort: 80 }, files)).toBe(1001)
  })

  it.skipIf(!IS_LINUX).each(['127.0.0.1', '::1'])('of this system, at %s', async (host) => {
    const server = createServer().listen(0, host)
    const accepted = await new Promise<{ remotePort: number; localPort: number }>((resolve) => {
      server.once('connection', ({ remotePort, localPort }) =>
        resolve({ remotePort: remotePort as number, localPort: localPort as number }),
      )
      server.once('listening', () => connect((server.address() as { port: number }).port, host))
    })
    expect(await socketOwner(accepted, realFiles)).toBe(process.getuid?.())
    server.closeAllConnections()
    server.close()
  })
})
