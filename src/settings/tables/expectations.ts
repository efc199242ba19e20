import { type AccessTable, LEVELS } from '../../claims/access-level.ts'
import type { Expect } from '../../claims/policy.ts'
import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseDuration } from '../duration.ts'
import { placeIn, typeAgain } from '../setting-key.ts'

type Table = Readonly<Record<string, unknown>>

const LISTS = ['issuer', 'audience', 'scopes', 'groups', 'roles', 'client'] as const
const DURATIONS = { min_ttl: 'minTtlSeconds', max_token_lifetime: 'maxTokenLifetimeSeconds' } as const

/** Every key of `[profiles.NAME.expect]`. */
export const EXPECT_KEYS = [...LISTS, 'min_ttl', 'max_token_lifetime', 'sub', 'strict'] as const

const SIDES = ['scopes', 'groups'] as const

/** Every value of `[profiles.NAME.access]`. */
export const ACCESS_KEYS = LEVELS.flatMap((level) => SIDES.map((side) => `${level}.${side}`))

/**
 * `[profiles.NAME.expect]`: the policy that login enforces and that check reports. An unknown key is an error: a typo
 * must not turn a check off. `fileOf`: where a key of it stands, for the message; undefined: it is typed. Failures: `settings`,
 * `usage` (a duration).
 */
export function readExpect(
  table: Table | undefined,
  fileOf: (key: string) => string | undefined,
): Expect | undefined {
  if (table === undefined) return undefined
  const expect: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(table)) {
    const where = `expect.${key}`
    const file = fileOf(key)
    if ((LISTS as readonly string[]).includes(key)) expect[key] = words(value, where, file)
    else if (Object.hasOwn(DURATIONS, key))
      expect[DURATIONS[key as keyof typeof DURATIONS]] = seconds(value, where, file)
    else if (key === 'sub' && typeof value === 'string' && value !== '') expect.sub = value
    else if (key === 'strict' && typeof value === 'boolean') expect.strict = value
    else if (key === 'sub' || key === 'strict')
      throw wrong(where, file, key === 'sub' ? 'a text' : 'true or false')
    else throw unknown(where, file, EXPECT_KEYS)
  }
  requireMeetable(expect as Expect, fileOf)
  return expect as Expect
}

/** Failure `settings`: no token can live as long as it has to. */
function requireMeetable(expect: Expect, fileOf: (key: string) => string | undefined): void {
  const { minTtlSeconds: least = 0, maxTokenLifetimeSeconds: most } = expect
  if (most === undefined || (most > 0 && least <= most)) return
  if (most <= 0) throw wrong('expect.max_token_lifetime', fileOf('max_token_lifetime'), 'more than 0')
  const files = ['min_ttl', 'max_token_lifetime'].map(fileOf).filter((file) => file !== undefined)
  throw new Failure(
    'settings',
    'expect.min_ttl is longer than expect.max_token_lifetime: no token meets both',
    {
      hint: 'Change one of them. No sign-in can meet both.',
      detail: [`in ${[...new Set(files)].map((file) => safeText(file, 300)).join(' and ')}`],
    },
  )
}

/**
 * `[profiles.NAME.access]`: the scopes and groups for read, write and admin. `file`: where it stands, for the message;
 * undefined: it is typed. Failure `settings`.
 */
export function readAccess(table: Table | undefined, file: string | undefined): AccessTable | undefined {
  if (table === undefined) return undefined
  const access: Record<string, Record<string, string[]>> = {}
  for (const [level, value] of Object.entries(table)) {
    if (!LEVELS.some((one) => one === level)) throw unknown(`access.${level}`, file, LEVELS)
    if (!isObject(value)) throw wrong(`access.${level}`, file, 'a table: { scopes = [...], groups = [...] }')
    const row: Record<string, string[]> = { scopes: [], groups: [] }
    for (const [side, names] of Object.entries(value)) {
      const where = `access.${level}.${side}`
      if (!Object.hasOwn(row, side)) throw unknown(where, file, Object.keys(row))
      row[side] = words(names, where, file)
    }
    access[level] = row
  }
  return access as AccessTable
}

/** Typed words as the value of `expect.NAME`, `access.LEVEL.SIDE` or `workload.NAME`: a list where one is wanted. */
export function policyValue(path: readonly string[], words: readonly string[]): unknown {
  const name = path.at(-1) as string
  const [first] = words
  if (path[0] === 'workload' || path[0] === 'identity') return words.join(' ')
  if (path[0] === 'access' || (LISTS as readonly string[]).includes(name) || words.length > 1) return words
  return name === 'strict' && (first === 'true' || first === 'false') ? first === 'true' : first
}

function words(value: unknown, where: string, file: string | undefined): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== ''))
    return list as string[]
  throw wrong(where, file, 'a non-empty list of strings')
}

function seconds(value: unknown, where: string, file: string | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  if (typeof value !== 'string') throw wrong(where, file, 'a duration, such as "1h"')
  return parseDuration(value, placeIn(file, where))
}

const wrong = (where: string, file: string | undefined, wanted: string): Failure =>
  new Failure('settings', `${placeIn(file, where)} must be ${wanted}`, {
    hint:
      file === undefined
        ? typeAgain(safeText(where, 80))
        : 'Correct it there. ls-auth does not skip an invalid policy.',
  })

const unknown = (where: string, file: string | undefined, known: readonly string[]): Failure =>
  new Failure('settings', `${placeIn(file, safeText(where, 80))} is not known`, {
    hint: `${didYouMean(where.slice(where.lastIndexOf('.') + 1), known)}Known there: ${known.join(', ')}.`,
  })
