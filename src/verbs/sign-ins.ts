import type { BackendId } from '../backends/table.ts'
import type { Client } from '../client.ts'
import { flagsOf, type Invocation, noteUnknown } from '../commands/invocation.ts'
import { namesApi } from '../commands/request/require-api.ts'
import { withItsKey } from '../commands/sign-out/sign-in-sharers.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { type KeptSignIn, readKeptSignIn, type SignInFacts } from '../session/kept-sign-in.ts'
import { secondsLeft } from '../session/renewal/freshness.ts'
import { sessionName } from '../session/session-name.ts'
import { changeOfWay } from '../session/store/origin-binding.ts'
import type { SessionHeader } from '../session/store/session-file.ts'
import { findEverySignIn } from '../session/store/sign-ins.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { outsideProxy } from '../settings/local-proxy.ts'
import { type Profile, profileNamed, sendsToken, unknownKeys } from '../settings/profile.ts'
import { namedProfile, nameInUse, profileNames } from '../settings/profile-name.ts'
import { clientFromHeader, isComplete } from '../settings/required-client.ts'
import { withoutSecret } from '../text/secrets.ts'

/** A profile, or a sign-in that no profile names, as far as this machine knows it. */
export interface SignInRow {
  /** Undefined: no profile uses this sign-in. */
  readonly profile: string | undefined
  /** The sign-in, by issuer, client and account; profiles with one name here share it. Undefined: there is none. */
  readonly session: string | undefined
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly account: string
  readonly apis: readonly string[]
  readonly backend: BackendId | undefined
  readonly store: SessionHeader['store'] | undefined
  /** False: the API is asked without a token, or a program gets its tokens itself, so without a sign-in. */
  readonly needed: boolean
  /** What the session says, or why it cannot be read. Undefined: there is none. */
  readonly kept: KeptSignIn | undefined
  /** What makes commands of this profile fail in spite of a sign-in, or its wrong settings. */
  readonly problem: Failure | undefined
}

/**
 * Every profile and every sign-in of this machine, from local state alone; behind `ls-auth exec --proxy` as outside.
 * `preferred`: the profile of a command that names none. Failures: `settings`, `usage`, `storage`, `refused`.
 */
export async function openListing(invocation: Invocation) {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  // All are listed, and yet a reader would take the answer for that of the named one.
  namedProfile(settings, flagsOf(invocation), ports.env)
  const unknown = unknownKeys(settings, profileNames(settings))
  await noteUnknown(invocation, unknown)
  const rows = await listSignIns(settings, ports)
  return { settings, unknown, rows, now: ports.clock.now(), preferred: nameInUse(settings, ports.env) }
}

async function listSignIns(settings: Settings, portsHere: Ports): Promise<SignInRow[]> {
  const ports = { ...portsHere, env: outsideProxy(portsHere.env) }
  const every = await findEverySignIn(settings.places.stateDirectory, ports)
  const headers: Found = new Map(every.map(({ name, header }) => [name, header]))
  const read = reader(ports)
  const rows: SignInRow[] = []
  for (const name of profileNames(settings)) rows.push(await rowOf(name, settings, headers, ports, read))
  const used = new Set(rows.map(({ session }) => session))
  // Of a profile with wrong settings it is not known which sign-in is its own: the header names those who signed in.
  const unread = rows.filter((row) => row.issuer === undefined && row.problem).map(({ profile }) => profile)
  for (const [session, header] of headers) {
    if (header instanceof Failure) {
      if (!used.has(session)) rows.push(unreadable(session, header))
      continue
    }
    const mayBeUsed = unread.some((name) => name !== undefined && Object.hasOwn(header.apis, name))
    if (!used.has(session) && !mayBeUsed) rows.push(await orphan(session, header, settings, ports, read))
  }
  return rows
}

/** By the name of the session; a Failure: why it cannot be read. */
type Found = ReadonlyMap<string, SessionHeader | Failure>

type Read = (client: Client, header: SessionHeader) => Promise<KeptSignIn | undefined>

/** Reads each session once. A keychain that hangs, is locked or is missing is asked once, and not for each sign-in. */
function reader(ports: Ports): Read {
  const known = new Map<string, Promise<KeptSignIn | undefined>>()
  let noKeychain: Failure | undefined
  return (client, header) => {
    if (header.store === 'keychain' && noKeychain) return Promise.resolve(noKeychain)
    const name = sessionName(client)
    const reading = known.get(name) ?? readKeptSignIn(client, header, ports)
    known.set(name, reading)
    return reading.then((kept) => {
      if (kept instanceof Failure && /^keychain-(?!lost)/.test(kept.code)) noKeychain = kept
      return kept
    })
  }
}

async function rowOf(
  name: string,
  settings: Settings,
  headers: Found,
  ports: Ports,
  read: Read,
): Promise<SignInRow> {
  let profile: Profile
  try {
    profile = profileNamed(settings, name, ports.env)
  } catch (error) {
    if (error instanceof Failure) return wrongSettings(name, error)
    throw error
  }
  const { client } = profile
  const { issuer, clientId, account, apiOrigin } = client
  const isForProgram = client.workload !== undefined || client.preset.signsIn !== 'person'
  const session = isComplete(client) && !isForProgram ? sessionName(client) : undefined
  const found = session === undefined ? undefined : headers.get(session)
  const header = found instanceof Failure ? undefined : found
  const named = namesApi(profile)
  const other =
    found || isForProgram
      ? undefined
      : [...headers.values()].find((one) => !(one instanceof Failure) && Object.hasOwn(one.apis, name))
  return {
    profile: name,
    session: found && session,
    issuer,
    clientId,
    account,
    apis: named ? [withoutSecret(profile.api.href)] : [],
    backend: profile.isBackendKnown ? profile.backend : undefined,
    store: header?.store,
    needed: sendsToken(profile) && !isForProgram,
    kept: header && isComplete(client) ? await read(client, header) : (found as Failure | undefined),
    problem:
      header && !Object.values(header.apis).includes(apiOrigin)
        ? new Failure('other-origin', 'the sign-in was for another API')
        : header
          ? changeOfWay(client, header)
          : other && new Failure('profile-changed', 'the profile has another issuer, client or account now'),
  }
}

/** Of a sign-in that cannot be looked at. */
const UNKNOWN: SignInRow = {
  profile: undefined,
  session: undefined,
  issuer: undefined,
  clientId: undefined,
  account: 'default',
  apis: [],
  backend: undefined,
  store: undefined,
  needed: true,
  kept: undefined,
  problem: undefined,
}

const wrongSettings = (profile: string, problem: Failure): SignInRow => ({ ...UNKNOWN, profile, problem })

/** Of a session that cannot be read, where no profile is known to use it. */
const unreadable = (session: string, why: Failure): SignInRow => ({ ...UNKNOWN, session, kept: why })

async function orphan(
  session: string,
  header: SessionHeader,
  settings: Settings,
  ports: Ports,
  read: Read,
): Promise<SignInRow> {
  const { issuer, clientId, account, store, apis } = header
  let kept: KeptSignIn | undefined
  try {
    const client = clientFromHeader(header, settings, ports.env)
    // The profile that has made it may be for another client now, and still name its key file.
    kept = await read(store === 'file' ? await withItsKey(client, settings, ports) : client, header)
  } catch (error) {
    // A header may hold anything until its key has opened it.
    if (!(error instanceof Failure)) throw error
    kept = error
  }
  const origins = [...new Set(Object.values(apis))]
  const facts = { issuer, clientId, account, apis: origins, backend: undefined, store }
  return { profile: undefined, session, ...facts, needed: true, kept, problem: undefined }
}

/**
 * `locked`: there is a sign-in, and it cannot be read now. `damaged`: nor ever again. `ended`: its token has ended and is not renewed.
 * `not-needed`: the API is asked without a token, or by a program. `invalid`: the settings of the profile are wrong.
 */
type SignInState = 'signed-in' | 'signed-out' | 'ended' | 'locked' | 'damaged' | 'not-needed' | 'invalid'

/** `now`: milliseconds, local clock. */
export function stateOf({ session, kept, needed, problem }: SignInRow, now: number): SignInState {
  if (session === undefined && problem !== undefined && problem.code !== 'profile-changed') return 'invalid'
  if (session === undefined) return needed ? 'signed-out' : 'not-needed'
  if (kept === undefined) return 'signed-out'
  if (kept instanceof Failure) return kept.code === 'session-ended' ? 'damaged' : 'locked'
  return !kept.renewable && (timeLeft(kept, now) ?? 0) <= 0 ? 'ended' : 'signed-in'
}

/** Seconds until the token for the API ends, as commands count them, negative when it has; undefined: there is none to tell it of. */
export const timeLeft = (facts: SignInFacts | undefined, now: number): number | undefined =>
  facts?.life === undefined ? undefined : Math.floor(secondsLeft(facts.life, now))

/** Seconds until the sign-in ends if it is not used, negative when it has by what the provider said; undefined: no end is known. */
export const unusedLeft = (facts: SignInFacts | undefined, now: number): number | undefined =>
  facts?.endsAt === undefined ? undefined : Math.floor((facts.endsAt - now) / 1000)

const WORDS: Readonly<Record<Exclude<SignInState, 'signed-in' | 'ended'>, string>> = {
  'signed-out': 'not signed in',
  'not-needed': 'no sign-in needed',
  locked: '(locked)',
  damaged: '(damaged)',
  invalid: '(wrong settings)',
}

/** Who is signed in, if anybody. Not sanitized. */
export function personCell(row: SignInRow, now: number): string {
  const state = stateOf(row, now)
  const facts = row.kept instanceof Failure ? undefined : row.kept
  return state === 'signed-in' || state === 'ended' ? (facts?.person ?? '(no name)') : WORDS[state]
}
