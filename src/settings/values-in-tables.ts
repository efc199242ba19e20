import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import {
  ACCESS_KEYS,
  EXPECT_KEYS,
  givenIdentity,
  IDENTITY_KEYS,
  readAccess,
  readExpect,
  readGiven,
  WORKLOAD_KEYS,
} from './tables.ts'

const KEYS: Readonly<Record<string, readonly string[]>> = {
  workload: WORKLOAD_KEYS,
  identity: IDENTITY_KEYS,
  expect: EXPECT_KEYS,
  access: ACCESS_KEYS,
}

/** The values in a setting that is a table, as `profile set` takes them: `expect.groups`. None for another setting. */
export const valuesInTable = (table: string): string[] =>
  Object.hasOwn(KEYS, table) ? (KEYS[table] ?? []).map((key) => `${table}.${key}`) : []

/** Failure `usage`: a table was named where a value is set. `values`: those that it can hold. */
export const notOneValue = (table: string, values: readonly string[]): Failure =>
  new Failure('usage', `"${table}" is a table of settings, not a setting`, {
    hint: `Name one value of it: ${values.join(', ')}`,
  })

/**
 * Judges a typed value of a table by itself, before it is among those of the file: its faults are not to be corrected there.
 * Failures: `settings`, `usage`.
 */
export function checkTyped(path: readonly string[], value: unknown, env: Env): void {
  const [table = '', ...inner] = path
  const below = valuesInTable(table).filter((one) => one.startsWith(`${path.join('.')}.`))
  if (below.length > 0) throw notOneValue(path.join('.'), below)
  const only = inner.reduceRight<unknown>((deeper, key) => ({ [key]: deeper }), value) as Record<
    string,
    unknown
  >
  if (table === 'expect') readExpect(only, () => undefined)
  if (table === 'access') readAccess(only, undefined)
  if (table === 'workload') readGiven(only, undefined, env)
  if (table === 'identity') givenIdentity(only, undefined)
}
