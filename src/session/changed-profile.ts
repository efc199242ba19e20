import { join } from 'node:path'
import type { Ports } from '../ports.ts'
import type { Client } from './client.ts'
import { type Header, readHeader } from './sealed-file.ts'

/** The sign-in that a profile confirmed under another issuer, client or account, if there is one. */
export async function findByProfile(client: Client, ports: Ports): Promise<Header | undefined> {
  const files = await ports.files()
  const root = join(client.stateDirectory, 'sessions')
  for (const name of await files.list(root)) {
    const path = join(root, name, 'session')
    const bytes = await files.read(path).catch(() => undefined)
    if (!bytes) continue
    try {
      const header = readHeader(bytes, path)
      if (client.profile in header.apis) return header
    } catch {
      // A file of a newer version or a damaged one says nothing about this profile.
    }
  }
  return undefined
}
