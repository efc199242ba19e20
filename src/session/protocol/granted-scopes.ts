import type { Client } from '../../client.ts'

/** Scopes that were asked for and not granted. `granted`: as the token response wrote them; undefined: as asked for (RFC 6749 §5.1). */
export function missingScopes(
  { preset }: Pick<Client, 'preset'>,
  granted: string | undefined,
): readonly string[] {
  if (granted === undefined) return []
  const held = granted.split(' ')
  // offline_access shows in the refresh token, not reliably in the granted scope.
  return preset.scopes.filter(
    (scope) =>
      scope !== 'offline_access' &&
      !held.includes(scope) &&
      !held.includes(preset.scopeSpelling[scope] ?? scope),
  )
}
