import { listed } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { type SignedOut, signOut } from '../../session/sign-out.ts'
import { findSignIns } from '../../session/store/sign-ins.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { requireClient } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { globals, type Invocation, loadProfile, printJson, tell } from '../invocation.ts'
import { requireOutsideProxy } from '../outside-proxy.ts'
import { recordSignOut } from './record-sign-out.ts'
import { atProvider, notRevoked } from './revocation-words.ts'
import { clientOfSignIn, sharersOf, withItsKey } from './sign-in-sharers.ts'
import type { SignOutPage } from './sign-out-page.ts'

interface LogoutOptions {
  /** Every sign-in on this machine. */
  readonly all: boolean
  /** The provider's sign-out page is opened too. */
  readonly browser: boolean
}

/** `ls-auth logout [--all] [--browser]`: deletes the session, revokes its tokens, and reports the result of each step. */
export const logout: CliCommand<LogoutOptions> = { read, run }

function read({ flags }: Typed): LogoutOptions {
  return { all: flags.all === true, browser: flags.browser === true }
}

async function run(invocation: Invocation, { all, browser }: LogoutOptions): Promise<void> {
  requireOutsideProxy('logout', invocation.ports.env)
  const settings = await readSettings(invocation.ports.env, await invocation.ports.files())
  const clients = all ? await everyClient(invocation, settings) : [await chosenClient(invocation, settings)]
  const outcomes: { client: Client; result: SignedOut; others: string[]; page?: SignOutPage | Failure }[] = []
  for (const client of clients) {
    const keyed = await withItsKey(client, settings, invocation.ports)
    const result = await signOut(keyed, invocation.ports, (line) => tell(invocation, line))
    if (result.wasSignedIn) await recordSignOut(invocation, client, result)
    const others = all ? [] : sharersOf(client, settings, invocation.ports.env)
    if (!globals(invocation).json) describe(invocation, client, result, { others, browser })
    const page = browser ? await pageOf(invocation, client, result) : undefined
    outcomes.push({ client, result, others, ...(page && { page }) })
  }
  if (all && clients.length === 0) tell(invocation, 'There is no sign-in on this machine.')
  if (globals(invocation).json) {
    const rows = outcomes.map(({ client, others, page, result: { wasSignedIn, revoked, forgotten } }) => ({
      issuer: client.issuer,
      was_signed_in: wasSignedIn,
      revoked: revoked instanceof Failure ? 'failed' : revoked,
      forgotten: forgotten === true,
      ...(page && { browser: page instanceof Failure ? 'failed' : page }),
      ...(all ? {} : { shared_with: others }),
    }))
    await printJson(invocation, all ? rows : rows[0])
  }
  for (const { result, page } of outcomes) throwUnfinished(result, page)
}

/** A Failure keeps no other sign-in from its end. */
async function pageOf(
  invocation: Invocation,
  client: Client,
  result: SignedOut,
): Promise<SignOutPage | Failure> {
  try {
    return await (await import('./sign-out-page.ts')).showSignOutPage(invocation, client, result)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    tell(invocation, `  in the browser    not signed out: ${error.message}`)
    return error
  }
}

async function chosenClient(invocation: Invocation, settings: Settings): Promise<Client> {
  // A sign-in that is named in full needs no profile.
  const { issuer, clientId } = invocation.settings
  const anyProfile = issuer !== undefined && clientId !== undefined
  const { profile } = await loadProfile(invocation, { anyProfile })
  const { client } = profile
  if (!client.workload) return requireClient(profile)
  const { ports } = invocation
  const { leftSignIn, signInOf } = await import('./left-sign-in.ts')
  const left = await (anyProfile ? signInOf(client, ports) : leftSignIn(client, settings, ports))
  if (left) return { ...requireClient(profile), profile: clientOfSignIn(left, settings, ports.env).profile }
  throw new Failure('cannot-do', `profile ${safeText(profile.name, 60)} is for a program: nobody signs in`, {
    hint: 'Its tokens end by themselves, and none is kept here.',
  })
}

/** The clients of all sessions in the state directory; from the header where no profile names them any more. */
async function everyClient({ ports }: Invocation, settings: Settings): Promise<Client[]> {
  const found = await findSignIns(settings.places.stateDirectory, ports, { buried: true })
  return found.map((header) => clientOfSignIn(header, settings, ports.env))
}

function describe(
  invocation: Invocation,
  client: Client,
  { wasSignedIn, revoked, forgotten }: SignedOut,
  { others, browser }: { readonly others: readonly string[]; readonly browser: boolean },
): void {
  const name = safeText(client.profile, 120)
  if (!wasSignedIn && forgotten === true) {
    tell(invocation, `Not signed in to ${name}${browser ? ' on this machine' : '; nothing to do'}.`)
    return
  }
  const here = forgotten === true ? 'forgotten' : `not removed yet: ${forgotten.message}`
  tell(invocation, `Signed out of ${name}.`)
  tell(invocation, `  on this machine   ${here}`)
  tell(invocation, `  at the provider   ${atProvider(revoked)}`)
  if (others.length === 0) return
  const names = listed(
    others.map((other) => safeText(other, 60)),
    'and',
  )
  tell(
    invocation,
    `  also signed out   ${names}: ${others.length > 1 ? 'they share' : 'it shares'} this sign-in`,
  )
}

function throwUnfinished({ revoked, forgotten }: SignedOut, page: SignOutPage | Failure | undefined): void {
  // The tombstone exists, so no command finds the session any more; the next command finishes the deletion.
  if (forgotten instanceof Failure) throw forgotten
  if (revoked instanceof Failure) throw notRevoked(revoked)
  if (page instanceof Failure) throw page
}
