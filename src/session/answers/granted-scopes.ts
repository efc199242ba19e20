import type { Preset } from '../../providers/preset.ts'
import { OF_OPENID } from '../../providers/scope-names.ts'

/**
 * Requested scopes that were not granted. `granted`: `scope` of the token response; undefined: all (RFC 6749 §5.1). `idToken`:
 * it shows that `openid` was granted, whatever the answer lists. Some providers list the scopes of the API alone, and a missing
 * name or address does no harm.
 */
export function missingScopes(
  { preset }: { readonly preset: Pick<Preset, 'scopes' | 'scopeSpelling'> },
  granted: string | undefined,
  idToken: string | undefined,
): readonly string[] {
  if (granted === undefined) return []
  const held = granted.split(' ')
  // offline_access is visible by the refresh token; providers do not list it reliably in the granted scope.
  const unlisted = idToken === undefined ? ['offline_access'] : OF_OPENID
  return preset.scopes.filter(
    (scope) =>
      !unlisted.includes(scope) &&
      !held.includes(scope) &&
      !held.includes(preset.scopeSpelling[scope] ?? scope),
  )
}
