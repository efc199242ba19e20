import type { Files } from '../../ports/storage.ts'

/** The ports of a connection, as a server sees them. */
export interface Connection {
  readonly remotePort?: number | undefined
  readonly localPort?: number | undefined
}

/** 127.0.0.1, ::1 and 127.0.0.1 in a socket of IPv6, as Linux writes them on little-endian machines. */
const LOOPBACK = ['0100007F', `${'0'.repeat(24)}01000000`, '0000000000000000FFFF00000100007F']
/** A table of about 100 000 sockets. Any user of this machine can make it longer. */
const MOST_BYTES = 16 * 1024 * 1024
/** Stands for all users that the namespace of this process does not know. */
const UNKNOWN_USER = 65_534

/**
 * The numeric user id of the program at the other end of a loopback connection (Linux, proc(5) `/proc/net/tcp`);
 * undefined where it cannot be known, 'unseen' where a table is too long to be read: somebody may hide in it.
 */
export async function socketOwner(
  { remotePort = 0, localPort = 0 }: Connection,
  files: Pick<Files, 'readForeign'>,
): Promise<number | 'unseen' | undefined> {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
  const ends = LOOPBACK.map((address) => `${address}:${hex(remotePort)} ${address}:${hex(localPort)}`)
  let unknown: 'unseen' | undefined
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const table = await files.readForeign(path, MOST_BYTES).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EFBIG') unknown = 'unseen'
      return undefined
    })
    const lines = table?.toString('latin1').split('\n')
    const row = lines?.find((line) => ends.some((end) => line.includes(` ${end} `)))
    const uid = Number(row?.trim().split(/ +/)[7])
    if (Number.isInteger(uid)) return uid === UNKNOWN_USER ? undefined : uid
  }
  return unknown
}
