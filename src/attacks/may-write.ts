import { type AccessTable, accessLevel } from '../claims/access-level.ts'
import type { ClaimValue } from '../claims/normalise.ts'

/** Words in the name of a scope that let more than read. */
const MORE_THAN_READING = new Set(['write', 'writer', 'readwrite', 'rw', 'admin', 'manage', 'edit', 'editor'])
/** The same, where no word is about reading: Entra's `Traces.Read.All` is for reading. */
const EVERYTHING = new Set(['full', 'all'])
const READING = new Set(['read', 'reader', 'readonly'])

/**
 * Why the person may write, so that a passed write isn't a finding: by the profile's `access` table, else by the names of the
 * scopes. Undefined: the token is for reading only.
 */
export function mayWrite(
  scopes: ClaimValue<readonly string[]>,
  groups: ClaimValue<readonly string[]>,
  access: AccessTable | undefined,
): string | undefined {
  if (access?.write !== undefined || access?.admin !== undefined) {
    const { level, certain } = accessLevel(scopes, groups, access)
    if (level === 'write' || level === 'admin') return '[access] in the profile allows you to write'
    return certain ? undefined : 'the token does not say whether you may write'
  }
  const scope = scopes.value?.find(letsWrite)
  if (scope === undefined)
    return scopes.value === undefined || scopes.isPart
      ? 'the token does not say whether you may write'
      : undefined
  return `your scope ${scope} allows writing`
}

function letsWrite(scope: string): boolean {
  const words = scope.split(/[^a-zA-Z]|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase())
  const has = (wanted: ReadonlySet<string>) => words.some((word) => wanted.has(word))
  return has(MORE_THAN_READING) || (has(EVERYTHING) && !has(READING))
}
