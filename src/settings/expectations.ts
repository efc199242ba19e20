import type { AccessTable } from '../claims/access-level.ts'
import type { Expect } from '../claims/policy.ts'
import { Failure } from '../errors.ts'
import { parseDuration } from './duration.ts'

type Table = Readonly<Record<string, unknown>>

const LISTS = ['issuer', 'audience', 'scopes', 'groups', 'roles', 'client'] as const
const DURATIONS = { min_ttl: 'minTtlSeconds', max_token_lifetime: 'maxTokenLifetimeSeconds' } as const

/** `[profiles.NAME.expect]`: the policy that login gates on and that check reports. A key it does not know is refused: a typo must not switch a check off. */
export function readExpect(table: Table | undefined): Expect | undefined {
  if (table === undefined) return undefined
  const expect: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(table)) {
    if ((LISTS as readonly string[]).includes(key)) expect[key] = words(value, `expect.${key}`)
    else if (key in DURATIONS) {
      expect[DURATIONS[key as keyof typeof DURATIONS]] = parseDuration(String(value), `expect.${key}`)
    } else if (key === 'sub' && typeof value === 'string') expect.sub = value
    else if (key === 'strict' && typeof value === 'boolean') expect.strict = value
    else {
      throw new Failure('settings', `expect.${key} is not known or has the wrong type`, {
        hint: `Known: ${[...LISTS, ...Object.keys(DURATIONS), 'sub', 'strict'].join(', ')}.`,
      })
    }
  }
  return expect as Expect
}

/** `[profiles.NAME.access]`: which scopes and groups amount to read, write and admin. */
export function readAccess(table: Table | undefined): AccessTable | undefined {
  if (table === undefined) return undefined
  const access: Record<string, { scopes: string[]; groups: string[] }> = {}
  for (const [level, value] of Object.entries(table)) {
    if (!['read', 'write', 'admin'].includes(level) || typeof value !== 'object' || value === null) {
      throw new Failure('settings', `access.${level} is not known`, { hint: 'Known: read, write, admin.' })
    }
    const row = value as Table
    access[level] = {
      scopes: row.scopes === undefined ? [] : words(row.scopes, `access.${level}.scopes`),
      groups: row.groups === undefined ? [] : words(row.groups, `access.${level}.groups`),
    }
  }
  return access as AccessTable
}

function words(value: unknown, where: string): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string' && item)) {
    throw new Failure('settings', `${where} must be a list of strings`)
  }
  return list
}
