import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { PartialClient } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import { requireSameWay, wayOf } from './origin-binding.ts'
import { openBox, sealBox } from './sealed-box.ts'
import { damaged, readHeader, type SessionHeader } from './session-file.ts'
import { makePrivate, readOwn, requirePrivate, writeOwn } from './state-files.ts'
import { openVault } from './vaults.ts'

/** What a note is read and kept for. */
type NoteClient = PartialClient & { readonly issuer: string }

/** Sealed files beside the sessions, in a directory of their own: each a clear header and a body whose key is in the vault. */
export interface SealedNotes {
  /** Proves that one can be kept. Failures: `storage`, `refused`, those of the vault. */
  probe(): Promise<void>
  keep(name: string, clientId: string, value: unknown, more?: object): Promise<void>
  /** The header, not authenticated yet; undefined: there is no note of that name. Failures: `refused`, `session-ended`. */
  head(name: string): Promise<SessionHeader | undefined>
  /** Undefined: there is none. Failures: `session-ended` (damaged, or changed), `refused`, those of the vault. */
  read(name: string): Promise<unknown>
  /** Forgets it, if that is possible now; never throws. */
  forget(name: string): Promise<void>
}

/** Opens them without I/O. `client`: its store keeps new ones. */
export async function openNotes(client: NoteClient, folder: string, ports: Ports): Promise<SealedNotes> {
  const files = await ports.files()
  const directory = join(client.stateDirectory, folder)
  const directories = [client.stateDirectory, directory]
  // One for the probe and what is kept then: a passphrase is asked for once.
  const vault = openVault(client, client.store, ports)
  const fileOf = (name: string) => join(directory, name)
  const headed = async (name: string) => {
    const file = fileOf(name)
    await requirePrivate(directories, files, ports.env, file)
    const bytes = await readOwn(file, files)
    return bytes && { bytes, header: readHeader(bytes, file) }
  }
  return {
    async probe() {
      await makePrivate(directories, files, ports.env)
      await vault.probe(`probe|${randomBytes(12).toString('base64url')}`)
    },
    async keep(name, clientId, value, more) {
      const sid = randomBytes(12).toString('base64url')
      const key = randomBytes(32)
      const kept = await vault.keep(`${name}|${sid}`, { key, refresh: undefined })
      const { issuer, account, store, profile } = client
      const header: SessionHeader = {
        schema: 1,
        sid,
        store,
        issuer,
        clientId,
        account,
        apis: {},
        ways: { [profile]: wayOf(client) },
        ...more,
        ...kept.header,
      }
      const head = Buffer.from(JSON.stringify(header))
      const sealed = Buffer.concat([head, Buffer.from('\n'), sealBox(JSON.stringify(value), key, head)])
      await writeOwn(fileOf(name), sealed, files, ports.env.pid)
    },
    async head(name) {
      return (await headed(name))?.header
    },
    async read(name) {
      const found = await headed(name)
      if (found === undefined) return undefined
      const { bytes, header } = found
      requireSameWay(client, header)
      const { key } = await openVault(client, header.store, ports).recall(`${name}|${header.sid}`, header)
      const end = bytes.indexOf(0x0a)
      const opened = openBox(bytes.subarray(end + 1), key, bytes.subarray(0, end))
      if (opened === undefined) throw damaged(fileOf(name))
      return JSON.parse(opened.toString())
    },
    async forget(name) {
      try {
        const found = await headed(name)
        if (found === undefined) return
        await files.remove(fileOf(name))
        const { store, sid } = found.header
        await openVault(client, store, ports).discard(`${name}|${sid}`)
      } catch {
        // A key alone, or a file whose key is gone, opens nothing.
      }
    },
  }
}
