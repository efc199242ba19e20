import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { findUnfinished } from '../../session/store/sign-ins.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { isBehindProxy } from '../../settings/local-proxy.ts'
import { FIRST_LOGIN } from '../../settings/profile-name.ts'
import { safeText } from '../../text/safe-text.ts'
import type { CliCommand } from '../cli-command.ts'
import { optionWords } from '../command-line.ts'
import { noteGivenToken } from '../given-note.ts'
import { globals, type Invocation, printJson, printText, tell } from '../invocation.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { clientOfSignIn, usersOf } from '../sign-out/sign-in-sharers.ts'
import { signOutOf } from '../sign-out/sign-out-of.ts'
import { openListing, type SignInRow } from './sign-ins.ts'
import {
  endSentences,
  noProfile,
  sharedSentences,
  stateOf,
  statusTable,
  timeLeft,
  unusedLeft,
} from './status-text.ts'
import { tellLeftOut } from './text-table.ts'

/** `ls-auth status`: every sign-in on this machine, from local state alone: no request, no renewal, no question. */
export const status: CliCommand<undefined> = { read: () => undefined, run }

async function run(invocation: Invocation): Promise<void> {
  const { ports } = invocation
  const { settings, rows, now, preferred } = await openListing(invocation)
  if (globals(invocation).json) {
    return printJson(
      invocation,
      rows.map((row) => jsonRow(row, rows, preferred, now)),
    )
  }
  noteGivenToken(invocation)
  const isProxied = isBehindProxy(ports.env)
  if (isProxied) tell(invocation, PROXIED)
  if (rows.length > 0) {
    const { lines, leftOut } = statusTable(rows, preferred, now, ports.terminal)
    await printText(invocation, `${lines.join('\n')}\n`)
    tellLeftOut(invocation, leftOut, '--json')
    const sentences = [...sharedSentences(rows), ...endSentences(rows, now), ...problems(rows, invocation)]
    for (const line of sentences) tell(invocation, line)
  }
  for (const line of await unfinishedSignOuts(settings, ports)) tell(invocation, line)
  // A sign-in is refused behind the proxy, and commands there need none.
  if (isProxied || rows.some((row) => row.session !== undefined)) return
  if (rows.some((row) => stateOf(row, now) === 'invalid')) {
    tell(invocation, 'Correct the settings first: it could not be seen whether somebody is signed in.')
    return
  }
  const signIn = rows.find(({ needed, profile }) => needed && profile !== undefined)?.profile
  tell(
    invocation,
    rows.length === 0
      ? `There is no profile yet. ${FIRST_LOGIN}`
      : rows.every(({ needed }) => !needed)
        ? 'Nobody needs to sign in.'
        : `Nobody is signed in. Run: ls-auth login --profile ${safeText(signIn ?? 'NAME', 60)}`,
  )
}

/** Nobody finds the session of a sign-out that is not finished. A full disk takes no note of a revocation that was confirmed. */
async function unfinishedSignOuts(settings: Settings, ports: Ports): Promise<string[]> {
  return (await findUnfinished(settings.places.stateDirectory, ports)).map((header) => {
    const { profile } = clientOfSignIn(header, settings, ports.env)
    const isUsed = usersOf(header, settings, ports.env).includes(profile)
    const what = isUsed ? safeText(profile, 60) : safeText(header.issuer, 120)
    const { issuer, clientId, account } = header
    const one = isUsed ? { profile } : { issuer, clientId, account }
    return `${what}: its sign-out is not finished, and it is not recorded whether its session has ended at the provider. To finish it: ls-auth logout${optionWords(one)}`
  })
}

const PROXIED =
  'note: requests go through a local proxy (LS_AUTH_PROXY is set), which adds the token of the profile that it was started with'

/** What hinders a sign-in, a line for each profile; and how to end one that no profile uses. */
function problems(rows: readonly SignInRow[], invocation: Invocation): string[] {
  return rows.flatMap((row) => {
    const failure = row.kept instanceof Failure ? row.kept : row.problem
    const name = safeText(row.profile ?? noProfile(row), 60)
    if (failure === undefined)
      return row.profile === undefined
        ? [`${name}: no profile uses this sign-in. ${safeText(signOutOf(row))}`]
        : []
    return [`${name}: ${safeText(failure.message, 300)}. ${safeText(hintOf(row, failure, invocation))}`]
  })
}

function hintOf(row: SignInRow, failure: Failure, invocation: Invocation): string {
  const { profile, issuer } = row
  const isDamaged = failure.code === 'session-ended'
  if (profile !== undefined) {
    const hint = isDamaged ? `${failure.hint}. To remove it: ls-auth logout` : failure.hint
    return repeatFlags(hint, { ...invocation, options: { ...invocation.options, profile } })
  }
  if (issuer !== undefined)
    return signOutOf({ ...row, ...(failure.code === 'store-key' && { storeKeyFile: 'FILE' }) })
  // No other command can name it.
  return isDamaged ? 'To remove it, and every other sign-in: ls-auth logout --all' : failure.hint
}

function jsonRow(row: SignInRow, rows: readonly SignInRow[], preferred: string | undefined, now: number) {
  const { profile, session, issuer, clientId, account, apis, backend, store, kept } = row
  const facts = kept instanceof Failure ? undefined : kept
  const failure = kept instanceof Failure ? kept : row.problem
  const shared = rows.filter((one) => one !== row && session !== undefined && one.session === session)
  return {
    profile: profile ?? null,
    default: profile !== undefined && profile === preferred,
    state: stateOf(row, now),
    person: facts?.person ?? null,
    subject: facts?.subject ?? null,
    issuer: issuer ?? null,
    client_id: clientId ?? null,
    account,
    apis,
    backend: backend ?? null,
    store: store ?? null,
    signed_in_at: facts === undefined ? null : new Date(facts.signedInAt).toISOString(),
    expires_in: timeLeft(facts, now) ?? null,
    renewable: facts?.renewable ?? null,
    refresh_expires_in: unusedLeft(facts, now) ?? null,
    shared_with: shared.map((one) => one.profile),
    problem: failure === undefined ? null : { code: failure.code, message: failure.message },
  }
}
