import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { PartialClient } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Management } from '../protocol/registration.ts'
import { sessionName } from '../session-name.ts'
import { requireSameWay, wayOf } from '../store/origin-binding.ts'
import { openBox, sealBox } from '../store/sealed-box.ts'
import { damaged, readHeader, type SessionHeader } from '../store/session-file.ts'
import { makePrivate, readOwn, requirePrivate, writeOwn } from '../store/state-files.ts'
import { openVault } from '../store/vaults/open-vault.ts'

/** The registrations of one issuer that were made from here: a sealed file each, and its key in the vault. */
export interface Registrations {
  /** Proves that one can be kept, before a provider is asked. Failures: `storage`, `refused`, those of the vault. */
  probe(): Promise<void>
  keep(clientId: string, management: Management): Promise<void>
  /** Undefined: none of this client is kept. Failures: `session-ended` (damaged), those of the vault. */
  read(clientId: string): Promise<Management | undefined>
  /** Forgets it as far as that is possible now; never throws. */
  forget(clientId: string): Promise<void>
}

/** Opens them without I/O. `client`: its store keeps new ones. */
export async function openRegistrations(
  client: PartialClient & { readonly issuer: string },
  ports: Ports,
): Promise<Registrations> {
  const files = await ports.files()
  const directory = join(client.stateDirectory, 'registrations')
  const directories = [client.stateDirectory, directory]
  // The name of a session whose account no profile can have.
  const nameOf = (clientId: string) => sessionName({ issuer: client.issuer, clientId, account: '' })
  const fileOf = (clientId: string) => join(directory, nameOf(clientId))
  const accountOf = (clientId: string, sid: string) => `${nameOf(clientId)}|${sid}`
  // One for the probe and what is kept then: a passphrase is asked for once.
  const vault = openVault(client, client.store, ports)
  const headed = async (clientId: string) => {
    const file = fileOf(clientId)
    await requirePrivate(directories, files, ports.env, file)
    const bytes = await readOwn(file, files)
    return bytes && { bytes, header: readHeader(bytes, file) }
  }
  return {
    async probe() {
      await makePrivate(directories, files, ports.env)
      await vault.probe(`probe|${randomBytes(12).toString('base64url')}`)
    },
    async keep(clientId, management) {
      const sid = randomBytes(12).toString('base64url')
      const key = randomBytes(32)
      const kept = await vault.keep(accountOf(clientId, sid), { key, refresh: undefined })
      const { issuer, account, store } = client
      const header: SessionHeader = {
        schema: 1,
        sid,
        store,
        issuer,
        clientId,
        account,
        apis: {},
        ways: { [client.profile]: wayOf(client) },
        ...kept.header,
      }
      const head = Buffer.from(JSON.stringify(header))
      const sealed = Buffer.concat([head, Buffer.from('\n'), sealBox(JSON.stringify(management), key, head)])
      await writeOwn(fileOf(clientId), sealed, files, ports.env.pid)
    },
    async read(clientId) {
      const found = await headed(clientId)
      if (found === undefined) return undefined
      const { bytes, header } = found
      requireSameWay(client, header)
      const { key } = await openVault(client, header.store, ports).recall(
        accountOf(clientId, header.sid),
        header,
      )
      const end = bytes.indexOf(0x0a)
      const sealed = openBox(bytes.subarray(end + 1), key, bytes.subarray(0, end))
      if (sealed === undefined) throw damaged(fileOf(clientId))
      return JSON.parse(sealed.toString()) as Management
    },
    async forget(clientId) {
      try {
        const found = await headed(clientId)
        if (found === undefined) return
        await files.remove(fileOf(clientId))
        const { store, sid } = found.header
        await openVault(client, store, ports).discard(accountOf(clientId, sid))
      } catch {
        // A key alone, or a file whose key is gone, opens nothing.
      }
    },
  }
}
