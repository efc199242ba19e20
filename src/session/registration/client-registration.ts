import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { discover, withListedScopes } from '../documents/metadata.ts'
import type { Management, Registered } from '../protocol/registration.ts'
import { sessionName } from '../session-name.ts'
import { openNotes } from '../store/sealed-notes.ts'

/** A client that has no id yet. */
type Unregistered = PartialClient & { readonly issuer: string }

/** A client that was just registered. `canUnregister`: false where the provider gave no registration access token. */
export interface NewClient {
  readonly clientId: string
  readonly canUnregister: boolean
  /** It is the address of a document, and nothing was registered. */
  readonly isDocument?: true
  /** Runs what saves its id. Until then a signal takes the client back, and its id is never saved; then the signal waits. */
  commit<T>(save: () => Promise<T>): Promise<T>
}

/**
 * Registers a public client at the issuer, keeps its management token, and has `use` save its id: gives the result of `use`.
 * Proves before that it can keep them. Where that or `use` fails, it unregisters the client, and the failure's detail reports
 * it. Failures: `cannot-do` (not offered), `settings` (refused), `network`, `provider-failed`, `refused`, those of the store,
 * and those of `use`.
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
  const found = await discover(client.issuer, client.preset, http, ports.clock)
  const { metadata } = found
  if (client.clientIdDocument !== undefined && metadata.client_id_metadata_document_supported === true)
    return use({
      clientId: client.clientIdDocument,
      canUnregister: true,
      isDocument: true,
      commit: (save) => save(),
    })
  requireRegistration(client, metadata)
  const registrations = await openNotes(client, 'registrations', ports)
  await registrations.probe()
  let takingBack: Promise<string> | undefined
  const takeBack = async ({ clientId, management }: Registered): Promise<string> => {
    const withdrawing = management && withdrawRegistration(management, http).then(() => 'yes' as const)
    const result = await withdrawing?.catch((failure: Error) => failure)
    await registrations.forget(nameOf(client.issuer, clientId))
    return whatBecame(clientId, client.issuer, result)
  }
  // Without an end: the process has one.
  const unlessEnding = () => (takingBack ? new Promise<never>(() => {}) : undefined)
  let registered: Registered | undefined
  let forgetSignals = () => {}
  try {
    // An exit here would leave a client that no person can unregister.
    const { clientId, management } = await ports.signals.shield(async () => {
      const made = await requestRegistration(withListedScopes(client, found), metadata, http)
      registered = made
      forgetSignals = ports.signals.beforeEnd(async () => {
        takingBack = takeBack(made)
        ports.terminal.err(`${await takingBack}\n`)
      })
      if (made.management !== undefined)
        await registrations.keep(nameOf(client.issuer, made.clientId), made.clientId, made.management)
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
 * the provider may still know it; here it is forgotten anyway.
 */
export async function unregisterClient(client: Client, ports: Ports): Promise<'yes' | 'none' | Failure> {
  const registrations = await openNotes(client, 'registrations', ports)
  try {
    const management = (await registrations.read(nameOf(client.issuer, client.clientId))) as
      | Management
      | undefined
    if (management === undefined) return 'none'
    const { withdrawRegistration } = await import('../protocol/registration.ts')
    await withdrawRegistration(management, await ports.http(client.http))
    return 'yes'
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  } finally {
    await registrations.forget(nameOf(client.issuer, client.clientId))
  }
}

/** Of each client that was registered from here a note, under the name of a session whose account no profile can have. */
const nameOf = (issuer: string, clientId: string): string => sessionName({ issuer, clientId, account: '' })
