import type { Preset } from './preset.ts'

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
 * What to ask a provider for, to get a scope that an API calls `scope`. Where a scope names its API as well and the token
 * holds its last part alone, an API may know that part only: the API of the profile's own scopes, or its audience, goes
 * before it. Unchanged where the profile names none, or several.
 */
export function scopeToAsk(
  { preset, audience }: { readonly preset: Preset; readonly audience: string | undefined },
  scope: string,
): string {
  const { scopeOfApi, scopes } = preset
  if (!scopeOfApi || scopeOfApi.pattern.test(scope) || OF_OPENID.includes(scope)) return scope
  const named = scopes.filter((one) => scopeOfApi.pattern.test(one)).map(apiOf)
  const apis = new Set(named.length > 0 || audience === undefined ? named : [audience])
  return apis.size === 1 ? `${[...apis][0]}/${scope}` : scope
}

const apiOf = (scope: string): string => scope.slice(0, scope.lastIndexOf('/'))
