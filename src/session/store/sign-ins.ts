import { join } from 'node:path'
import type { Client } from '../../client.ts'
import type { Files, Ports } from '../../ports.ts'
import { readHeader, type SessionHeader } from './session-file.ts'
import { listOwn } from './state-files.ts'

/**
 * The headers of every sign-in in a state directory; with `buried`, of sign-outs that were not finished as well.
 * Needs no key: headers hold no secret.
 */
export async function findSignIns(
  stateDirectory: string,
  ports: Ports,
  options: { readonly buried?: boolean } = {},
): Promise<readonly SessionHeader[]> {
  const files = await ports.files()
  const root = join(stateDirectory, 'sessions')
  const found: SessionHeader[] = []
  for (const name of await listOwn(root, files)) {
    const inside = options.buried ? await listOwn(join(root, name), files) : ['session']
    // Of one sign-in the living file says it all.
    const file = inside.includes('session') ? 'session' : inside.find((one) => one.startsWith('tombstone-'))
    const header = await headerIn(join(root, name, file ?? 'session'), files)
    if (header) found.push(header)
  }
  return found
}

/** Undefined where there is none that can be read: a file of a newer version or a damaged one names nobody. */
async function headerIn(path: string, files: Files): Promise<SessionHeader | undefined> {
  try {
    const bytes = await files.read(path)
    return bytes && readHeader(bytes, path)
  } catch {
    return undefined
  }
}

/** The sign-in that a profile confirmed under another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<SessionHeader | undefined> {
  return (await findSignIns(client.stateDirectory, ports)).find((header) => client.profile in header.apis)
}
