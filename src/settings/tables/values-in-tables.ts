import { ACCESS_KEYS, EXPECT_KEYS } from './expectations.ts'
import { WORKLOAD_KEYS } from './workload.ts'

const KEYS: Readonly<Record<string, readonly string[]>> = {
  workload: WORKLOAD_KEYS,
  expect: EXPECT_KEYS,
  access: ACCESS_KEYS,
}

/** The values in a setting that is a table, as `profile set` takes them: `expect.groups`. None for another setting. */
export const valuesInTable = (table: string): string[] =>
  Object.hasOwn(KEYS, table) ? (KEYS[table] ?? []).map((key) => `${table}.${key}`) : []
