import type { Files } from '../../ports/ports.ts'

/** The two ends of a connection, as a server sees them. */
export interface Connection {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** Four bytes as Linux writes them in its tables: one number, in the byte order of the machine. */
const word = (...bytes: number[]): string =>
  (new Uint32Array(new Uint8Array(bytes).buffer)[0] as number).toString(16).toUpperCase().padStart(8, '0')

/** How the tables write a loopback address; a program may reach 127.0.0.1 by a socket of IPv6, too. */
function formsOf(address: string): readonly string[] {
  if (address === '::1') return [`${'0'.repeat(24)}${word(0, 0, 0, 1)}`]
  const ipv4 = word(127, 0, 0, 1)
  return address === '127.0.0.1' ? [ipv4, `${'0'.repeat(16)}${word(0, 0, 255, 255)}${ipv4}`] : []
}

/** A table of about 100 000 sockets. Any user of this machine can make it longer. */
const MOST_BYTES = 16 * 1024 * 1024
const ESTABLISHED = '01'
/** The account of daemons; in a user namespace it also stands for each user that the namespace does not know. */
const NOBODY = 65_534
/** How many users there are in all. */
const ALL_USERS = 4_294_967_295

/**
 * The numeric user id of the program at the other end of a loopback connection (Linux, proc(5) `/proc/net/tcp`); undefined on
 * systems without it. `foreign`: the tables name no program or are too long, or the other end is not at the browser's address.
 * `isWsl`: programs of Windows are in no table.
 */
export async function socketOwner(
  { remoteAddress, remotePort = 0, localAddress, localPort = 0 }: Connection,
  files: Pick<Files, 'readForeign'>,
  isWsl = false,
): Promise<number | 'foreign' | undefined> {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
  const forms = remoteAddress === localAddress ? formsOf(remoteAddress ?? '') : []
  // Any user may take another address of 127.0.0.0/8 as the source (ip(7)).
  if (forms.length === 0) return 'foreign'
  const ends = forms.map((address) => ` ${address}:${hex(remotePort)} ${address}:${hex(localPort)} `)
  let missing: 'foreign' | undefined
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const read = () => files.readForeign(path, MOST_BYTES)
    // Again after an error: the other table alone would make this user's own browser foreign.
    const table = await read()
      .catch(read)
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EFBIG') missing = 'foreign'
        return undefined
      })
    if (table === undefined) continue
    const row = table
      .toString('latin1')
      .split('\n')
      .find((line) => ends.some((end) => line.includes(end)))
    if (row === undefined) {
      if (!isWsl) missing = 'foreign'
      continue
    }
    // A socket that its program has closed has no inode, and is shown as root's.
    const [, , , state, , , , uid, , inode] = row.trim().split(/ +/)
    if (state !== ESTABLISHED || !Number(inode)) return 'foreign'
    return Number(uid) === NOBODY && !(await knowsAllUsers(files)) ? undefined : Number(uid)
  }
  return missing
}

/** Whether this process sees all users of the machine (user_namespaces(7)). */
async function knowsAllUsers(files: Pick<Files, 'readForeign'>): Promise<boolean> {
  const map = await files.readForeign('/proc/self/uid_map', 4096).catch(() => undefined)
  if (map === undefined) return true
  const counts = map.toString('latin1').match(/\d+$/gm) ?? []
  return counts.reduce((sum, count) => sum + Number(count), 0) >= ALL_USERS
}
