import type { Client } from '../../client.ts'

/** Requested scopes that were not granted. `granted`: `scope` of the token response; undefined: all (RFC 6749 §5.1). */
export function missingScopes(
  { preset }: Pick<Client, 'preset'>,
  granted: string | undefined,
): readonly string[] {
  if (granted === undefined) return []
  const held = granted.split(' ')
  // offline_access is visible by the refresh token; providers do not list it reliably in the granted scope.
  return preset.scopes.filter(
    (scope) =>
      scope !== 'offline_access' &&
      !held.includes(scope) &&
      !held.includes(preset.scopeSpelling[scope] ?? scope),
  )
}
