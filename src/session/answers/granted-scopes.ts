import type { Preset } from '../../providers/preset.ts'

/** Scopes of OpenID Connect itself (Core §5.4, §11): they open no API, and providers add and leave them out as they like. */
export const OF_OPENID: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]

/**
 * Requested scopes that were not granted. `granted`: `scope` of the token response; undefined: all (RFC 6749 §5.1).
 * `idToken`: the one that came, which shows that `openid` was granted, whatever the answer lists: some providers list the
 * scopes of the API alone, and nobody is harmed by a name or an address that is not in the tokens.
 */
export function missingScopes(
  { preset }: { readonly preset: Pick<Preset, 'scopes' | 'scopeSpelling'> },
  granted: string | undefined,
  idToken: string | undefined,
): readonly string[] {
  if (granted === undefined) return []
  const held = granted.split(' ')
  // offline_access is visible by the refresh token; providers do not list it reliably in the granted scope.
  const untold = idToken === undefined ? ['offline_access'] : OF_OPENID
  return preset.scopes.filter(
    (scope) =>
      !untold.includes(scope) &&
      !held.includes(scope) &&
      !held.includes(preset.scopeSpelling[scope] ?? scope),
  )
}
