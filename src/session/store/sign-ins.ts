import { join } from 'node:path'
import type { Files, Ports } from '../../ports.ts'
import { type Client, sessionName } from '../client.ts'
import { type Header, readHeader } from './session-file.ts'
import { listOwn } from './state-files.ts'

/**
 * The headers of every sign-in in a state directory; with `buried`, of sign-outs that were not finished as well.
 * Needs no key: headers hold no secret.
 */
export async function findSignIns(
  stateDirectory: string,
  ports: Ports,
  options: { readonly buried?: boolean } = {},
): Promise<readonly Header[]> {
  const files = await ports.files()
  const root = join(stateDirectory, 'sessions')
  const found: Header[] = []
  for (const name of await listOwn(root, files)) {
    const inside = options.buried ? await listOwn(join(root, name), files) : ['session']
    // Of one sign-in the living file says it all.
    const file = inside.includes('session') ? 'session' : inside.find((one) => one.startsWith('tombstone-'))
    const header = await headerIn(join(root, name, file ?? 'session'), files)
    if (header) found.push(header)
  }
  return found
}

/** With more sign-ins than this, reading their headers takes longer than hashing. */
const FEW = 8

/**
 * The name under which a client's session rests, looked up among the headers on the disk. It could be computed at once,
 * but hashing loads a module that takes a tenth of a warm run; so that is left for later, when it loads while the
 * keychain is asked. Where no header fits it is computed.
 */
export async function findSessionName(client: Client, files: Files): Promise<string> {
  const root = join(client.stateDirectory, 'sessions')
  const names = (await listOwn(root, files)).filter((name) => /^[0-9a-f]{24}$/.test(name))
  for (const name of names.length > FEW ? [] : names) {
    const header = await headerIn(join(root, name, 'session'), files)
    if (header && isOf(client, header)) return name
  }
  return sessionName(client)
}

/** Undefined where there is none that can be read: a file of a newer version or a damaged one names nobody. */
async function headerIn(path: string, files: Files): Promise<Header | undefined> {
  try {
    const bytes = await files.read(path)
    return bytes && readHeader(bytes, path)
  } catch {
    return undefined
  }
}

const isOf = (client: Client, { issuer, clientId, account }: Header): boolean =>
  issuer === client.issuer && clientId === client.clientId && account === client.account

/** The sign-in that a profile confirmed under another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<Header | undefined> {
  return (await findSignIns(client.stateDirectory, ports)).find((header) => client.profile in header.apis)
}
