import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { discover } from '../documents/metadata.ts'
import type { Management, Registered } from '../protocol/registration.ts'
import { sessionName } from '../session-name.ts'
import { requireSameWay, wayOf } from '../store/origin-binding.ts'
import { openBox, sealBox } from '../store/sealed-box.ts'
import { damaged, readHeader, type SessionHeader } from '../store/session-file.ts'
import { makePrivate, readOwn, requirePrivate, writeOwn } from '../store/state-files.ts'
import { openVault } from '../store/vaults/open-vault.ts'

/** A client that has no id yet. */
type Unregistered = PartialClient & { readonly issuer: string }

/** A client that was just registered. `canUnregister`: false where the provider gave no registration access token. */
export interface NewClient {
  readonly clientId: string
  readonly canUnregister: boolean
  /** Runs what saves its id. Until then a signal takes the client back, and its id is never saved; then the signal waits. */
  commit<T>(save: () => Promise<T>): Promise<T>
}

/**
 * Registers a public client at the issuer, keeps what is needed to take that back, and has it used and its id saved: gives
 * what `use` gives. Proves before that it can be kept. Where it is not kept or `use` fails it is taken back, which a line of the
 * failure's detail tells. Failures: `cannot-do` (not offered), `settings` (refused), `network`, `provider-failed`,
 * `refused`, those of the store, and those of `use`.
 */
export async function registerClient<T>(
  client: Unregistered,
  ports: Ports,
  use: (registered: NewClient) => Promise<T>,
): Promise<T> {
  // Lazy: loads the protocol library.
  const { requestRegistration, requireRegistration, withdrawRegistration } = await import(
    '../protocol/registration.ts'
  )
  const http = await ports.http(client.http)
  const { metadata } = await discover(client.issuer, client.preset, http, ports.clock)
  requireRegistration(client, metadata)
  const registrations = await openRegistrations(client, ports)
  await registrations.probe()
  let takingBack: Promise<string> | undefined
  const takeBack = async ({ clientId, management }: Registered): Promise<string> => {
    const withdrawing = management && withdrawRegistration(management, http).then(() => 'yes' as const)
    const result = await withdrawing?.catch((failure: Error) => failure)
    await registrations.forget(clientId)
    return whatBecame(clientId, client.issuer, result)
  }
  // Without an end: the process has one.
  const unlessEnding = () => (takingBack ? new Promise<never>(() => {}) : undefined)
  let registered: Registered | undefined
  let forgetSignals = () => {}
  try {
    // An exit meanwhile would leave a client that nobody can take back.
    const { clientId, management } = await ports.signals.shield(async () => {
      const made = await requestRegistration(client, metadata, http)
      registered = made
      forgetSignals = ports.signals.beforeEnd(async () => {
        takingBack = takeBack(made)
        ports.terminal.err(`${await takingBack}\n`)
      })
      if (made.management !== undefined) await registrations.keep(made.clientId, made.management)
      return made
    })
    await unlessEnding()
    return await use({
      clientId,
      canUnregister: management !== undefined,
      commit: (save) =>
        ports.signals.shield(async () => {
          await unlessEnding()
          forgetSignals()
          return save()
        }),
    })
  } catch (error) {
    const made = registered
    if (made === undefined) throw error
    await unlessEnding()
    const became = await ports.signals.shield(() => takeBack(made))
    throw error instanceof Failure ? error.withDetail(became) : error
  } finally {
    forgetSignals()
  }
}

/** What became of a client that is not used. `result` of taking it back; undefined: the provider gave no way to. */
function whatBecame(clientId: string, issuer: string, result: 'yes' | Error | undefined): string {
  const what = `The client ${safeText(clientId, 200)}`
  const where = safeText(new URL(issuer).host, 200)
  if (result === 'yes') return `${what} was unregistered again at ${where}.`
  const why = result instanceof Failure ? `: ${safeText(result.message)}` : ''
  return `${what} stays registered at ${where}${why}. An administrator can remove it there.`
}

/**
 * Takes back a registration that is kept here, and forgets it. `none`: this client was not registered from here. A Failure:
 * the provider may still know it; here it is forgotten all the same.
 */
export async function unregisterClient(client: Client, ports: Ports): Promise<'yes' | 'none' | Failure> {
  const registrations = await openRegistrations(client, ports)
  try {
    const management = await registrations.read(client.clientId)
    if (management === undefined) return 'none'
    const { withdrawRegistration } = await import('../protocol/registration.ts')
    await withdrawRegistration(management, await ports.http(client.http))
    return 'yes'
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  } finally {
    await registrations.forget(client.clientId)
  }
}

/** The registrations of one issuer that were made from here: a sealed file each, and its key in the vault. */
interface Registrations {
  /** Proves that one can be kept, before a provider is asked. Failures: `storage`, `refused`, those of the vault. */
  probe(): Promise<void>
  keep(clientId: string, management: Management): Promise<void>
  /** Undefined: none of this client is kept. Failures: `session-ended` (damaged), those of the vault. */
  read(clientId: string): Promise<Management | undefined>
  /** Forgets it as far as that is possible now; never throws. */
  forget(clientId: string): Promise<void>
}

/** Opens them without I/O. `client`: its store keeps new ones. */
async function openRegistrations(
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
