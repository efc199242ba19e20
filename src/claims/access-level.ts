import { asUnknown, type Finding, REASONS } from './finding.ts'
import type { ClaimValue } from './normalise.ts'

/** What a person may do with traces, weakest first. */
export const LEVELS = ['read', 'write', 'admin'] as const
/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number]

/** What a level requires: all of the scopes (rights of the token) and any one of the groups (of the person). */
export interface Requirement {
  readonly scopes?: readonly string[]
  readonly groups?: readonly string[]
}

/** The profile's `access` table. */
export type AccessTable = Readonly<Partial<Record<Level, Requirement>>>

/** `unlisted`: the table requires nothing on this side. */
export type Side = 'held' | 'lacking' | 'unknown' | 'unlisted'

/** One level of the table, compared with the token. */
export interface LevelAnswer {
  readonly level: Level
  readonly scopes: Side
  readonly groups: Side
  readonly amounts: 'yes' | 'no' | 'unknown'
}

/** A level that one side grants and the other does not. */
export interface Misalignment {
  readonly level: Level
  readonly has: 'scopes' | 'groups'
  readonly lacks: 'scopes' | 'groups'
  /** Scopes or groups in the token, on the side that grants the level. */
  readonly held: readonly string[]
  /** What the other side lacks: all of these scopes, or any one of these groups. */
  readonly missing: readonly string[]
  /** What to request, and from whom. Holds names from the table only, never text from a token. */
  readonly ask: string
}

/** Scopes or groups in the token; undefined: the token does not say, or the provider left them out. */
type Names = readonly string[] | undefined

/** The same as read, perhaps only a part of them: a missing name may be among the rest. */
export type HeldNames = Names | ClaimValue<readonly string[]>

/**
 * Compares each level of the table with the token, weakest first. An empty requirement is never met: an empty row must not make
 * everybody an administrator.
 */
export function answerLevels(scopes: HeldNames, groups: HeldNames, access: AccessTable): LevelAnswer[] {
  return rows(access).map((row) => {
    const sides = sidesOf(row, scopes, groups)
    return { level: row.level, ...sides, amounts: amounts(sides.scopes, sides.groups) }
  })
}

/**
 * The strongest level that is certainly met. `certain` is false when a stronger one may be met too, but the token does
 * not say.
 */
export function accessLevel(
  scopes: HeldNames,
  groups: HeldNames,
  access: AccessTable,
): { level: Level | undefined; certain: boolean } {
  const strongestFirst = answerLevels(scopes, groups, access).reverse()
  const decided = strongestFirst.find((answer) => answer.amounts === 'yes')
  const above = decided ? strongestFirst.slice(0, strongestFirst.indexOf(decided)) : strongestFirst
  return { level: decided?.level, certain: above.every((answer) => answer.amounts === 'no') }
}

/** Levels where scopes and groups disagree, with what to request. An unknown side isn't a disagreement. */
export function misalignment(scopes: HeldNames, groups: HeldNames, access: AccessTable): Misalignment[] {
  return rows(access).flatMap((row): Misalignment[] => {
    const { level } = row
    const sides = sidesOf(row, scopes, groups)
    if (sides.groups === 'held' && sides.scopes === 'lacking') {
      const held = row.groups.filter((name) => namesOf(groups)?.includes(name))
      const missing = row.scopes.filter((name) => !namesOf(scopes)?.includes(name))
      return [
        { level, has: 'groups', lacks: 'scopes', held, missing, ask: askForScopes(level, held, missing) },
      ]
    }
    if (sides.scopes === 'held' && sides.groups === 'lacking') {
      const [held, missing] = [row.scopes, row.groups]
      return [
        { level, has: 'scopes', lacks: 'groups', held, missing, ask: askForGroups(level, held, missing) },
      ]
    }
    return []
  })
}

/**
 * The same for `check --aligned`: one failed finding for each level whose sides disagree. No finding where they agree, or are
 * unknown ({@link unknownAlignment}).
 */
export function judgeAlignment(scopes: HeldNames, groups: HeldNames, access: AccessTable): Finding[] {
  return misalignment(scopes, groups, access).map(({ level, has, lacks, held, missing, ask }) => ({
    assertion: 'alignment',
    expected: `${level}: scopes and groups agree`,
    actual: `${naming(has.slice(0, -1), held)} without ${naming(lacks.slice(0, -1), missing)}`,
    verdict: 'fail',
    values: { operator: lacks === 'scopes' ? 'contains' : 'any-of', expected: missing, actual: held },
    note: ask,
  }))
}

/** For `check --aligned`: one unknown finding for each level of which the token does not say a side that the table lists. */
export function unknownAlignment(
  scopes: ClaimValue<readonly string[]>,
  groups: ClaimValue<readonly string[]>,
  access: AccessTable,
): Finding[] {
  return answerLevels(scopes, groups, access).flatMap(({ level, ...sides }) => {
    const unknown = (['scopes', 'groups'] as const).filter((one) => sides[one] === 'unknown')
    const [first] = unknown
    if (first === undefined || sides.scopes === 'unlisted' || sides.groups === 'unlisted') return []
    const finding = {
      assertion: 'alignment',
      expected: `${level}: scopes and groups agree`,
      actual: `the token does not say its ${unknown.join(' and ')}`,
      values: { operator: 'exists', expected: null, actual: null },
    } as const
    const held = first === 'scopes' ? scopes : groups
    return [asUnknown(finding, held.value === undefined ? REASONS[held.status] : 'unreadable')]
  })
}

/** The finding where no table can be held against the token, for the reason given: nothing was compared, so it isn't a pass. */
export const nothingToAlign = (why: string): Finding =>
  asUnknown(
    {
      assertion: 'alignment',
      expected: 'scopes and groups agree',
      actual: why,
      values: { operator: 'exists', expected: null, actual: null },
    },
    'not-configured',
  )

/** A row of the table, with an empty list where it requires nothing. */
interface Row extends Required<Requirement> {
  readonly level: Level
}

const rows = (access: AccessTable): Row[] =>
  LEVELS.flatMap((level) => {
    const wanted = access[level]
    return wanted ? [{ level, scopes: wanted.scopes ?? [], groups: wanted.groups ?? [] }] : []
  })

const sidesOf = (row: Row, scopes: HeldNames, groups: HeldNames): Pick<LevelAnswer, 'scopes' | 'groups'> => ({
  scopes: side(row.scopes, scopes, (list, held) => list.every((name) => held.includes(name))),
  groups: side(row.groups, groups, (list, held) => list.some((name) => held.includes(name))),
})

function side(
  list: readonly string[],
  read: HeldNames,
  met: (list: readonly string[], held: readonly string[]) => boolean,
): Side {
  if (list.length === 0) return 'unlisted'
  const held = namesOf(read)
  if (held === undefined) return 'unknown'
  if (met(list, held)) return 'held'
  return isPartOf(read) ? 'unknown' : 'lacking'
}

const isList = (read: HeldNames): read is Names => read === undefined || Array.isArray(read)

const namesOf = (read: HeldNames): Names => (isList(read) ? read : read.value)

const isPartOf = (read: HeldNames): boolean =>
  !isList(read) && read.value !== undefined && read.isPart === true

function amounts(scopes: Side, groups: Side): LevelAnswer['amounts'] {
  const sides = [scopes, groups].filter((one) => one !== 'unlisted')
  if (sides.length === 0 || sides.includes('lacking')) return 'no'
  return sides.includes('unknown') ? 'unknown' : 'yes'
}

function askForScopes(level: Level, held: readonly string[], missing: readonly string[]): string {
  const [who, what] = [naming('group', held), naming('scope', missing)]
  return `${who} should ${verb(level)}, but the token lacks ${what}. Add it to scopes and sign in again. If the provider refuses, ask its administrator to allow it for this client`
}

function askForGroups(level: Level, held: readonly string[], missing: readonly string[]): string {
  const [what, where] = [
    naming('scope', held),
    missing.length > 1 ? `one of the groups ${missing.join(', ')}` : `the group ${missing.join()}`,
  ]
  return `the token carries ${what}, but you aren't in ${where}: ask for membership, or ask why the scope to ${verb(level)} is granted without it`
}

function naming(noun: string, names: readonly string[]): string {
  return `${noun}${names.length > 1 ? 's' : ''} ${names.join(', ')}`
}

function verb(level: Level): string {
  return level === 'admin' ? 'administer' : level
}
