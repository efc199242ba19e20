import { listed } from '../backends/table.ts'
import type { Client } from '../client.ts'
import { noteGivenToken } from '../commands/given-note.ts'
import { flagsOf, globals, type Invocation, noteUnknown, printJson, tell } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { neededSettings, withNeededVariables } from '../commands/sign-out/needed-settings.ts'
import { atProvider, elsewhere, notRevoked, recordSignOut } from '../commands/sign-out/revocation-words.ts'
import {
  clientOfName,
  clientOfSignIn,
  sharersOf,
  usersOf,
  withItsKey,
} from '../commands/sign-out/sign-in-sharers.ts'
import { Failure } from '../errors.ts'
import { bool } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { Ports } from '../ports/ports.ts'
import { findDisplay, REASONS } from '../session/flow/display.ts'
import { forgetUnknown, type SignedOut, signOut, signOutPage } from '../session/sign-out.ts'
import { findEverySignIn } from '../session/store/sign-ins.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { chooseProfile } from '../settings/profile.ts'
import { requireClient } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'

/** A sign-in to end. */
interface SignInToEnd {
  /** Undefined: it cannot be read, and no profile uses it. */
  readonly client: Client | undefined
  /** A Failure is the result where nothing was done: the sign-in is not to be touched, and why. */
  end(tell: (line: string) => void): Promise<SignedOut | Failure>
}

/** A sign-in whose client is known. */
const toEnd = (client: Client, settings: Settings, ports: Ports): SignInToEnd => ({
  client,
  end: async (tell) => signOut(await withItsKey(client, settings, ports), ports, tell),
})

/**
 * Every sign-in in the state directory, also of an unfinished sign-out; from its header where no profile names it any more. A
 * damaged one can be ended. A sign-in of a newer ls-auth, or an unreadable one, is left: its end says why.
 */
async function everySignIn(settings: Settings, ports: Ports): Promise<SignInToEnd[]> {
  const { stateDirectory } = settings.places
  const found = await findEverySignIn(stateDirectory, ports, { buried: true })
  return found.map(({ name, header }) => {
    if (!(header instanceof Failure))
      return toEnd(clientOfSignIn(header, settings, ports.env), settings, ports)
    const client = clientOfName(name, settings, ports.env)
    if (header.code !== 'session-ended') return { client, end: async () => header }
    if (client) return toEnd(client, settings, ports)
    // The store of its items is in their list.
    const store = { stateDirectory, store: 'keychain', storeKeyFile: undefined } as const
    return { client, end: (tell) => forgetUnknown(name, store, ports, tell) }
  })
}

/** `ls-auth logout [--all] [--browser]`: deletes the session, revokes its tokens, and reports the result of each step. */
export const logout = verb({
  summary: 'sign out: delete the session here and revoke it at the provider',
  flags: {
    all: bool('every sign-in on this machine'),
    browser: bool("also open the provider's sign-out page to end the browser session"),
  },
  formats: [],
  settings: ['issuer', 'client_id', 'account', 'store_key_file'],
  exits: [3, 6, 8, 9],
  examples: [
    { does: 'the current profile', line: 'ls-auth logout' },
    { does: 'another profile', line: 'ls-auth logout --profile staging' },
    { does: 'before you hand over the machine', line: 'ls-auth logout --all --browser' },
  ],
  async run(invocation, options) {
    // A variable such as LS_AUTH_PROFILE chooses nothing here: it was not typed for this sign-out.
    const named = Object.keys(NAMES_ONE).find((name) => invocation.options[name] !== undefined)
    if (options.all && named !== undefined) {
      throw new Failure('usage', `--all and ${NAMES_ONE[named]} exclude each other`, {
        hint: 'No sign-in was changed. Use --all for every sign-in on this machine, or drop it.',
      })
    }
    await endSignIns(invocation, options)
    return undefined
  },
})

/** The flags that name one sign-in. */
const NAMES_ONE: Readonly<Record<string, string>> = {
  profile: '--profile',
  issuer: '--issuer',
  clientId: '--client-id',
  account: '--account',
}

async function endSignIns(
  typed: Invocation,
  { all, browser }: { readonly all: boolean; readonly browser: boolean },
): Promise<void> {
  requireOutsideProxy('logout', typed.ports.env)
  const invocation = withNeededVariables(typed)
  const settings = neededSettings(await readSettings(invocation.ports.env, await invocation.ports.files()))
  const { ports } = invocation
  const signIns = all
    ? await everySignIn(settings, ports)
    : [toEnd(await chosenClient(invocation, settings), settings, ports)]
  const outcomes: Outcome[] = []
  for (const { client, end } of signIns) {
    const result = await end((line) => tell(invocation, line))
    const name = nameOf(invocation, client, settings)
    if (result instanceof Failure) {
      if (!globals(invocation).json) tellLeft(invocation, name, result)
      outcomes.push({ client, result, others: [], all })
      continue
    }
    // The record says whose it was.
    if (client && result.wasSignedIn) await recordSignOut(invocation, client, result)
    const others = all || !client ? [] : sharersOf(client, settings, ports.env)
    if (!globals(invocation).json) {
      // The error at the end is that of the first one.
      const isFirst = !outcomes.some(isUnfinished)
      describe(invocation, name, result, { client, others, browser, errorFollows: isFirst })
    }
    const page = browser ? await pageOf(invocation, client, result) : undefined
    outcomes.push({ client, result, others, all, ...(page && { page }) })
  }
  if (all && signIns.length === 0) tell(invocation, 'This machine has no sign-ins.')
  if (globals(invocation).json) {
    const rows = outcomes.map(({ client, others, page, result }) => ({
      issuer: client?.issuer ?? null,
      ...stepsOf(result, client),
      ...(page && { browser: page instanceof Failure ? 'failed' : page }),
      ...(all ? {} : { shared_with: others }),
    }))
    await printJson(invocation, all ? rows : rows[0])
  }
  noteGivenToken(invocation)
  for (const outcome of outcomes) throwUnfinished(outcome)
}

interface Outcome {
  readonly client: Client | undefined
  /** A Failure: nothing was done, and why. */
  readonly result: SignedOut | Failure
  readonly others: string[]
  readonly all: boolean
  readonly page?: SignOutPage | Failure
}

/** What the JSON says of both halves. */
function stepsOf(result: SignedOut | Failure, client: Client | undefined) {
  if (result instanceof Failure)
    return { was_signed_in: true, revoked: 'failed', forgotten: false, may_end_others: false }
  const { wasSignedIn, revoked, forgotten } = result
  return {
    was_signed_in: wasSignedIn,
    revoked: revoked instanceof Failure ? 'failed' : revoked,
    forgotten: forgotten === true,
    may_end_others: elsewhere(result, client) !== undefined,
  }
}

/** A Failure keeps no other sign-in from its end. */
async function pageOf(
  invocation: Invocation,
  client: Client | undefined,
  result: SignedOut,
): Promise<SignOutPage | Failure> {
  if (client === undefined) {
    tell(invocation, '  in the browser    not signed out: unknown provider')
    return 'none'
  }
  try {
    return await showSignOutPage(invocation, client, result)
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
  const { ports } = invocation
  const profile = chooseProfile(settings, flagsOf(invocation, { anyProfile }), ports.env)
  await noteUnknown(invocation, profile.unknownKeys)
  const { client } = profile
  if (!client.workload || anyProfile) return requireClient(profile)
  throw new Failure(
    'cannot-do',
    `profile ${safeText(profile.name, 60)} is for a program and needs no sign-in`,
    {
      hint: 'Its tokens expire, and ls-auth stores none.',
    },
  )
}

/** The sign-in as a person knows it: by its profile, or as flags name another one than that of the profile. Sanitized. */
function nameOf(invocation: Invocation, client: Client | undefined, settings: Settings): string {
  if (client === undefined) return 'a sign-in without a profile'
  const { profile, issuer, clientId, account } = client
  const isNamed = Object.keys(NAMES_ONE).some((name) => invocation.settings[name] !== undefined)
  if (!isNamed || usersOf(client, settings, invocation.ports.env).includes(profile))
    return safeText(profile, 120)
  const words = `${safeText(issuer, 120)} as client ${safeText(clientId, 80)}`
  return account === 'default' ? words : `${words}, account ${safeText(account, 80)}`
}

function tellLeft(invocation: Invocation, name: string, left: Failure): void {
  tell(invocation, `Not signed out of ${name}: ${safeText(left.message)}. ${safeText(left.hint)}`)
}

function describe(
  invocation: Invocation,
  name: string,
  result: SignedOut,
  about: {
    readonly client: Client | undefined
    readonly others: readonly string[]
    readonly browser: boolean
    readonly errorFollows: boolean
  },
): void {
  const { client, others, browser, errorFollows } = about
  const { wasSignedIn, revoked, forgotten } = result
  const there = atProvider(result, invocation.ports.clock.now(), errorFollows)
  if (!wasSignedIn && forgotten === true) {
    tell(invocation, `Not signed in to ${name}${browser ? ' on this machine' : '; nothing to do'}.`)
    return
  }
  if (forgotten === true) {
    tell(invocation, `Signed out of ${name}.`)
    tell(invocation, '  on this machine   deleted')
    tell(invocation, `  at the provider   ${there}`)
  } else {
    tell(invocation, `The sign-out of ${name} is not finished. No command uses its session, but`)
    tell(invocation, `  on this machine   not removed yet: ${forgotten.message}`)
    // Why it was not, the line above says. It is tried again when the sign-out is finished.
    tell(invocation, `  at the provider   ${revoked instanceof Failure ? 'not revoked yet' : there}`)
  }
  const more = elsewhere(result, client)
  if (more !== undefined) tell(invocation, `  elsewhere         ${more}`)
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

const isUnfinished = ({ result, page }: Outcome): boolean =>
  result instanceof Failure ||
  [result.forgotten, result.revoked, page].some((step) => step instanceof Failure)

function throwUnfinished({ client, result, all, page }: Outcome): void {
  if (result instanceof Failure) throw result
  const { revoked, forgotten } = result
  // The tombstone exists, so no command finds the session any more; the next command finishes the deletion.
  if (forgotten instanceof Failure) throw toFinish(forgotten, all)
  if (revoked instanceof Failure) throw notRevoked(revoked, client)
  if (page instanceof Failure) throw page
}

/** The hints about a keychain are for whoever signs in. */
function toFinish(failure: Failure, all: boolean): Failure {
  const first = failure.code.startsWith('keychain-') ? 'Let ls-auth reach the keychain.' : failure.hint
  return failure.withHint(`${first} Then finish the sign-out: ls-auth logout${all ? ' --all' : ''}`)
}

/** What became of the provider's page: opened here, shown to be opened elsewhere, or there is none. */
type SignOutPage = 'opened' | 'shown' | 'none'

/**
 * Leads the person to the provider's sign-out page, which ends the session in the browser: without it the next sign-in asks no
 * password. The page asks them, and their answer stays unknown here. Where the sign-in on this machine ended earlier the
 * provider gives the address of its page; Failures are those of that request.
 */
async function showSignOutPage(
  invocation: Invocation,
  client: Client,
  { ended }: SignedOut,
): Promise<SignOutPage> {
  const page = await signOutPage(client, ended, invocation.ports)
  if (page === undefined) {
    const none = `${safeText(new URL(client.issuer).host, 80)} has no sign-out page for ls-auth`
    tell(invocation, `  in the browser    not signed out: ${none}`)
    return 'none'
  }
  const { terminal, env } = invocation.ports
  const elsewhere = await findDisplay(env, await invocation.ports.files())
  const lead = elsewhere
    ? `${REASONS[elsewhere.why]} To sign out in the browser too, open this address:`
    : 'Opening the sign-out page in your browser. If no page shows, open this address:'
  // Shown with --quiet, too: it is what was asked for.
  terminal.err(`${lead}\n\n  ${safeText(page.href, 8192)}\n\n`)
  if (elsewhere) return 'shown'
  return (await (await invocation.ports.browser()).open(page)) ? 'opened' : 'shown'
}
