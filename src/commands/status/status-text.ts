import { Failure } from '../../errors.ts'
import type { Terminal } from '../../ports/terminal.ts'
import type { SignInFacts } from '../../session/kept-sign-in.ts'
import { secondsLeft } from '../../session/renewal/freshness.ts'
import { shortDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import type { SignInRow } from './sign-ins.ts'
import { type FittedTable, fitTable, withoutScheme } from './text-table.ts'

/**
 * `locked`: there is a sign-in, and it cannot be read now. `damaged`: nor ever again. `ended`: its token has ended and is not renewed.
 * `not-needed`: the API is asked without a token, or by a program. `invalid`: the settings of the profile are wrong.
 */
export type SignInState =
  | 'signed-in'
  | 'signed-out'
  | 'ended'
  | 'locked'
  | 'damaged'
  | 'not-needed'
  | 'invalid'

/** `now`: milliseconds, local clock. */
export function stateOf({ session, kept, needed, problem }: SignInRow, now: number): SignInState {
  if (session === undefined && problem !== undefined && problem.code !== 'profile-changed') return 'invalid'
  if (session === undefined) return needed ? 'signed-out' : 'not-needed'
  if (kept === undefined) return 'signed-out'
  if (kept instanceof Failure) return kept.code === 'session-ended' ? 'damaged' : 'locked'
  return !kept.renewable && (timeLeft(kept, now) ?? 0) <= 0 ? 'ended' : 'signed-in'
}

/** Seconds until the token for the API ends, as commands count them, negative when it has; undefined: there is none to tell it of. */
export function timeLeft(facts: SignInFacts | undefined, now: number): number | undefined {
  return facts?.life === undefined ? undefined : Math.floor(secondsLeft(facts.life, now))
}

/** Seconds until the sign-in ends if it is not used, negative when it has by what the provider said; undefined: no end is known. */
export function unusedLeft(facts: SignInFacts | undefined, now: number): number | undefined {
  return facts?.endsAt === undefined ? undefined : Math.floor((facts.endsAt - now) / 1000)
}

/** When sign-ins end without use, a sentence for each. Sanitized. */
export function endSentences(rows: readonly SignInRow[], now: number): string[] {
  return rows.flatMap((row) => {
    const left = row.kept instanceof Failure ? undefined : unusedLeft(row.kept, now)
    if (left === undefined) return []
    const name = safeText(row.profile ?? noProfile(row), 60)
    return left > 0
      ? [`${name}: the sign-in ends in ${shortDuration(left)} if it is not used.`]
      : [`${name}: by what the provider said, the sign-in has ended.`]
  })
}

const HEADS = ['  PROFILE', 'SIGNED IN AS', 'TOKEN', 'ISSUER', 'API'] as const
/** Longest cell, characters, of each; what is longer is cut. */
const LONGEST = [60, 60, 32, 200, 120] as const

/** The table, sanitized. Where it is too wide, it says less. */
export function statusTable(
  rows: readonly SignInRow[],
  preferred: string | undefined,
  now: number,
  terminal: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
): FittedTable {
  return fitTable([HEADS, ...rows.map((row) => cellsOf(row, preferred, now))], terminal)
}

function cellsOf(row: SignInRow, preferred: string | undefined, now: number): string[] {
  const { profile, issuer, apis } = row
  const mark = profile !== undefined && profile === preferred ? '* ' : '  '
  const texts = [profile ?? noProfile(row), personCell(row, now), tokenCell(row, now)]
  const places = [
    issuer === undefined ? '-' : withoutScheme(issuer),
    apis.map(withoutScheme).join(', ') || '-',
  ]
  return [...texts, ...places].map((text, i) => (i === 0 ? mark : '') + safeText(text, LONGEST[i] as number))
}

/** In place of the profile of a sign-in. One that cannot be read does not say which profile had it. */
export const noProfile = ({ issuer }: SignInRow): string =>
  issuer === undefined ? '(not known)' : '(no profile)'

const WORDS: Readonly<Record<Exclude<SignInState, 'signed-in' | 'ended'>, string>> = {
  'signed-out': 'not signed in',
  'not-needed': 'no sign-in needed',
  locked: '(locked)',
  damaged: '(damaged)',
  invalid: '(wrong settings)',
}

/** Who is signed in, or that nobody is. Not sanitized. */
export function personCell(row: SignInRow, now: number): string {
  const state = stateOf(row, now)
  const facts = row.kept instanceof Failure ? undefined : row.kept
  return state === 'signed-in' || state === 'ended' ? (facts?.person ?? '(no name)') : WORDS[state]
}

function tokenCell(row: SignInRow, now: number): string {
  const facts = row.kept instanceof Failure ? undefined : row.kept
  if (facts === undefined) return '-'
  const left = timeLeft(facts, now) ?? 0
  const { renewable } = facts
  const doubtful = facts.doubtful || (unusedLeft(facts, now) ?? 1) <= 0
  if (left <= 0)
    return renewable ? `${doubtful ? 'perhaps ' : ''}renewed at next use` : 'ended: sign in again'
  return `${shortDuration(left)}, ${renewable ? (doubtful ? 'perhaps renews' : 'renews') : 'not renewed'}`
}

/** Which profiles share one sign-in, a sentence for each. Sanitized. */
export function sharedSentences(rows: readonly SignInRow[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { session, profile } of rows) {
    if (session === undefined || profile === undefined) continue
    groups.set(session, [...(groups.get(session) ?? []), safeText(profile, 60)])
  }
  return [...groups.values()]
    .filter((names) => names.length > 1)
    .map((names) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)} share one sign-in.`)
}
