import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { socketOwner } from '../../../src/session/flow/socket-owner.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { IS_LINUX } from '../../world/linux.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, remote: string, uid: number, state = '01', inode = 4711) =>
  `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0 20 4 30 10 -1\n`

/** A machine whose tables of sockets are these; `users`: those that the namespace of this process knows. */
const machine = (tcp: string | undefined, tcp6?: string, users?: string): Pick<Files, 'readForeign'> => ({
  async readForeign(path) {
    if (path === '/proc/self/uid_map') return users === undefined ? undefined : Buffer.from(users)
    const table = path === '/proc/net/tcp' ? tcp : path === '/proc/net/tcp6' ? tcp6 : undefined
    if (table === 'long') throw Object.assign(new Error('too large'), { code: 'EFBIG' })
    return table === undefined ? undefined : Buffer.from(HEAD + table)
  },
})
// 50000 = C350 at the browser, 8765 = 223D here.
const at = (remoteAddress: string, localAddress = remoteAddress) => ({
  remoteAddress,
  remotePort: 50_000,
  localAddress,
  localPort: 8_765,
})
const connection = at('127.0.0.1')
const [V4, V6, MAPPED] = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F']
const mine = row(`${V4}:C350`, `${V4}:223D`, 1001)
const nobodys = row(`${V4}:C350`, `${V4}:223D`, 65_534)
/** What a machine without user namespaces in use says in /proc/self/uid_map, and what a container without root does. */
const [ALL, SOME] = [
  '         0          0 4294967295\n',
  '         0       1000          1\n         1     100000      65536\n',
]

describe('whose connection it is, by the system’s table of sockets', () => {
  it.each([
    ['the row of the browser’s end', machine(mine), 1001],
    [
      'of an IPv4 address in a socket of IPv6',
      machine('', row(`${MAPPED}:C350`, `${MAPPED}:223D`, 1001)),
      1001,
    ],
    ['none: not that of our own end', machine(row(`${V4}:223D`, `${V4}:C350`, 1001)), 'foreign'],
    ['none: not that of another port', machine(row(`${V4}:C351`, `${V4}:223D`, 1001)), 'foreign'],
    [
      'none: not that of the same ports elsewhere',
      machine(row('0500000A:C350', '04030201:223D', 1001)),
      'foreign',
    ],
    [
      'none: not that of the same ports at ::1',
      machine('', row(`${V6}:C350`, `${V6}:223D`, 1001)),
      'foreign',
    ],
    [
      'a socket that was closed, which is shown as root’s',
      machine(row(`${V4}:C350`, `${V4}:223D`, 0, '06', 0)),
      'foreign',
    ],
    ['a socket without a program', machine(row(`${V4}:C350`, `${V4}:223D`, 1001, '01', 0)), 'foreign'],
    ['a socket that is being connected', machine(row(`${V4}:C350`, `${V4}:223D`, 1001, '02')), 'foreign'],
    ['the user nobody, where all users are known', machine(nobodys, '', ALL), 65_534],
    ['the user nobody, where the kernel has no namespaces of users', machine(nobodys), 65_534],
    ['a user of another namespace', machine(nobodys, '', SOME), undefined],
    ['no table', machine(undefined), undefined],
    ['a table that cannot be read', { readForeign: () => Promise.reject(new Error('EACCES')) }, undefined],
    ['a table that is too long to be read', machine('long'), 'foreign'],
    ['two of them', machine('long', 'long'), 'foreign'],
    ['one of IPv6', machine('', 'long'), 'foreign'],
    ['one, and the row in the other', machine('long', row(`${MAPPED}:C350`, `${MAPPED}:223D`, 1001)), 1001],
  ])('%s', async (_, files, uid) => {
    expect(await socketOwner(connection, files)).toBe(uid)
  })

  it('a table that cannot be read once is read again', async () => {
    const { readForeign } = machine(mine, '')
    const failed = new Set<string>()
    const files: Pick<Files, 'readForeign'> = {
      async readForeign(path, ...others) {
        if (failed.has(path)) return readForeign(path, ...others)
        failed.add(path)
        throw Object.assign(new Error('injected'), { code: 'EIO' })
      },
    }
    expect(await socketOwner(connection, files)).toBe(1001)
  })

  it('at ::1', async () => {
    const files = machine(mine, row(`${V6}:C350`, `${V6}:223D`, 1002))
    expect(await socketOwner(at('::1'), files)).toBe(1002)
    expect(await socketOwner(at('::1'), machine(mine))).toBe('foreign')
  })

  // Any user may bind these as the source, and a row of the same ports may be there for another connection.
  it.each([
    ['127.0.0.2', '127.0.0.1'],
    ['::ffff:127.0.0.2', '::ffff:127.0.0.1'],
    ['127.0.0.2', '127.0.0.2'],
    ['10.0.0.5', '10.0.0.5'],
    ['', ''],
  ])('another address than that of loopback is foreign: %s to %s', async (from, to) => {
    for (const files of [machine(mine, ''), machine(undefined)])
      expect(await socketOwner(at(from, to), files)).toBe('foreign')
    expect(await socketOwner({}, machine(undefined))).toBe('foreign')
  })

  it('in WSL a program of Windows has no row', async () => {
    expect(await socketOwner(connection, machine('', ''), true)).toBeUndefined()
    expect(await socketOwner(connection, machine(row(`${V4}:C350`, `${V4}:223D`, 0, '06', 0)), true)).toBe(
      'foreign',
    )
    expect(await socketOwner(at('127.0.0.2', '127.0.0.1'), machine('', ''), true)).toBe('foreign')
    expect(await socketOwner(connection, machine('long', ''), true)).toBe('foreign')
  })

  it.skipIf(!IS_LINUX).each([
    ['127.0.0.1', '127.0.0.1', process.getuid?.()],
    ['::1', '::1', process.getuid?.()],
    ['127.0.0.1', '127.0.0.2', 'foreign'],
  ])('of this system, at %s from %s', async (host, localAddress, owner) => {
    const server = createServer().listen(0, host)
    const accepted = await new Promise<Socket>((resolve) => {
      server.once('connection', resolve)
      server.once('listening', () =>
        connect({ port: (server.address() as { port: number }).port, host, localAddress }),
      )
    })
    expect(await socketOwner(accepted, realFiles)).toBe(owner)
    server.closeAllConnections()
    server.close()
  })
})
