import { optionWords } from '../commands/command-line.ts'
import { noteGivenToken } from '../commands/given-note.ts'
import { type Invocation, tell } from '../commands/invocation.ts'
import { repeatFlags } from '../commands/repeat-flags.ts'
import { clientOfSignIn, signOutOf, usersOf } from '../commands/sign-out/sign-in-sharers.ts'
import { Failure } from '../errors.ts'
import { drawnBlock } from '../frame/answer.ts'
import { verb } from '../frame/verb.ts'
import { findUnfinished } from '../session/store/sign-ins.ts'
import { shortDuration } from '../settings/duration.ts'
import type { Settings } from '../settings/files/settings-files.ts'
import { isBehindProxy } from '../settings/local-proxy.ts'
import { FIRST_LOGIN } from '../settings/profile-name.ts'
import { safeText } from '../text/safe-text.ts'
import { listTable, NOTHING, withoutScheme } from './list-table.ts'
import { openListing, personCell, type SignInRow, stateOf, timeLeft, unusedLeft } from './sign-ins.ts'

/** `ls-auth status`: every sign-in on this machine, from local state alone: no request, no renewal, no question. */
export const status = verb({
  summary: 'show all sign-ins on this machine',
  flags: {},
  formats: [],
  examples: [
    { does: 'who is signed in, by profile', line: 'ls-auth status' },
    { does: 'for scripts: local state only, no request', line: 'ls-auth status --json' },
  ],
  async run(invocation) {
    const { settings, unknown, rows, now, preferred } = await openListing(invocation)
    noteGivenToken(invocation)
    const isProxied = isBehindProxy(invocation.ports.env)
    if (isProxied) tell(invocation, PROXIED)
    const columns = [
      {
        head: '  PROFILE',
        cell: ({ profile, issuer }: SignInRow) =>
          `${profile !== undefined && profile === preferred ? '* ' : '  '}${nameOf({ profile, issuer })}`,
      },
      { head: 'SIGNED IN AS', cell: (row: SignInRow) => personCell(row, now) },
      { head: 'TOKEN', cell: (row: SignInRow) => tokenCell(row, now) },
      { head: 'ISSUER', cell: ({ issuer }: SignInRow) => withoutScheme(issuer ?? NOTHING) },
      { head: 'API', cell: ({ apis }: SignInRow) => apis.map(withoutScheme).join(', ') || NOTHING },
    ]
    return {
      data: { rows, row: (row: SignInRow) => jsonOf(row, rows, preferred, now), whole: (all) => all },
      blocks: rows.length === 0 ? [] : [drawnBlock((pen) => listTable(rows, columns, pen))],
      closing: [
        ...sharedSentences(rows),
        ...endSentences(rows, now),
        ...problems(rows, invocation),
        ...(await unfinishedSignOuts(settings, invocation)),
        // A sign-in is refused behind the proxy, and commands there need none.
        ...(isProxied || rows.some(({ session }) => session !== undefined)
          ? []
          : [nobody(rows, now, unknown.length > 0)]),
      ],
    }
  },
})

const PROXIED = 'note: a local proxy (LS_AUTH_PROXY is set) adds the token of its own profile'

/** In place of the profile of a sign-in that none names. An unreadable one does not show which profile had it. */
const nameOf = ({ profile, issuer }: Pick<SignInRow, 'profile' | 'issuer'>): string =>
  safeText(profile ?? (issuer === undefined ? '(not known)' : '(no profile)'), 60)

function tokenCell({ kept }: SignInRow, now: number): string {
  if (kept === undefined || kept instanceof Failure) return NOTHING
  const left = timeLeft(kept, now) ?? 0
  const { renewable } = kept
  const perhaps = kept.doubtful || (unusedLeft(kept, now) ?? 1) <= 0 ? 'perhaps ' : ''
  if (left <= 0) return renewable ? `${perhaps}renewed at next use` : 'ended: sign in again'
  return `${shortDuration(left)}, ${renewable ? `${perhaps}renews` : 'not renewed'}`
}

/** Which profiles share one sign-in. */
function sharedSentences(rows: readonly SignInRow[]): string[] {
  const groups = new Map<string, string[]>()
  for (const row of rows) {
    const { session, profile } = row
    if (session === undefined || profile === undefined) continue
    groups.set(session, [...(groups.get(session) ?? []), nameOf(row)])
  }
  return [...groups.values()]
    .filter((names) => names.length > 1)
    .map((names) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)} share one sign-in.`)
}

/** When sign-ins end without use. */
const endSentences = (rows: readonly SignInRow[], now: number): string[] =>
  rows.flatMap((row) => {
    const left = row.kept instanceof Failure ? undefined : unusedLeft(row.kept, now)
    if (left === undefined) return []
    return left > 0
      ? [`${nameOf(row)}: the sign-in ends in ${shortDuration(left)} without use.`]
      : [`${nameOf(row)}: according to the provider, the sign-in has ended.`]
  })

/** The obstacles of a sign-in; and how to end a sign-in without a profile. */
const problems = (rows: readonly SignInRow[], invocation: Invocation): string[] =>
  rows.flatMap((row) => {
    const failure = row.kept instanceof Failure ? row.kept : row.problem
    if (failure !== undefined)
      return [
        `${nameOf(row)}: ${safeText(failure.message, 300)}. ${safeText(hintOf(row, failure, invocation))}`,
      ]
    return row.profile === undefined
      ? [`${nameOf(row)}: no profile uses this sign-in. ${safeText(signOutOf(row))}`]
      : []
  })

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
  return isDamaged ? 'To remove it and all other sign-ins: ls-auth logout --all' : failure.hint
}

/** A sign-out that was interrupted, whose session may live on at the provider. */
async function unfinishedSignOuts(settings: Settings, { ports }: Invocation): Promise<string[]> {
  return (await findUnfinished(settings.places.stateDirectory, ports)).map((header) => {
    const { issuer, clientId, account } = header
    const { profile } = clientOfSignIn(header, settings, ports.env)
    const isUsed = usersOf(header, settings, ports.env).includes(profile)
    const words = optionWords(isUsed ? { profile } : { issuer, clientId, account })
    return `${safeText(isUsed ? profile : issuer, 120)}: its sign-out is not finished, and its session may still exist at the provider. To finish it: ls-auth logout${words}`
  })
}

/** `isMisspelt`: what says that a sign-in is needed may stand in a key that is not known. */
function nobody(rows: readonly SignInRow[], now: number, isMisspelt: boolean): string {
  if (rows.length === 0) return `There is no profile yet. ${FIRST_LOGIN}`
  const toSignIn = rows.find(({ needed }) => needed)
  if (rows.some((row) => stateOf(row, now) === 'invalid') || (isMisspelt && toSignIn === undefined))
    return 'Correct the settings first: they do not say whether you are signed in.'
  return toSignIn === undefined
    ? 'No profile needs a sign-in.'
    : `Not signed in. Run: ls-auth login --profile ${nameOf(toSignIn)}`
}

function jsonOf(row: SignInRow, rows: readonly SignInRow[], preferred: string | undefined, now: number) {
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
