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
 * The scope to ask a provider for, to get the scope that an API calls `scope`. Where a scope names its API as well, and the
 * token holds its last part alone, an API may know that part only. Then the API of the profile's own scopes, or its audience,
 * goes before it. Unchanged where the profile names none, or several. Undefined: the profile asks for all that is granted to
 * its client, and no scope can stand beside that. (Microsoft: "can't combine static (.default) consent and dynamic consent".)
 */
export function scopeToAsk(
  { preset, audience }: { readonly preset: Preset; readonly audience: string | undefined },
  scope: string,
): string | undefined {
  const { scopeOfApi } = preset
  if (!scopeOfApi || OF_OPENID.includes(scope)) return scope
  if (preset.scopes.some((one) => one.endsWith('/.default'))) return undefined
  if (scopeOfApi.pattern.test(scope)) return scope
  const apis = new Set(ownApis({ preset, audience }))
  return apis.size === 1 ? `${[...apis][0]}/${scope}` : scope
}

/**
 * The names of a token's API in a scope whose last part alone the token holds. They are its `aud`, or, where the token came by
 * the profile's own scopes (`isOwn`), those of these. None: this provider's tokens hold the whole name of a scope.
 */
export const apisOfToken = (
  client: { readonly preset: Preset; readonly audience: string | undefined },
  audiences: readonly string[] | undefined,
  isOwn: boolean,
): readonly string[] =>
  client.preset.scopeOfApi ? [...(audiences ?? []), ...(isOwn ? ownApis(client) : [])] : []

/** The APIs of the profile's own scopes; where these name none, its audience is one. */
function ownApis({
  preset: { scopeOfApi, scopes },
  audience,
}: {
  readonly preset: Preset
  readonly audience: string | undefined
}): readonly string[] {
  const named = scopes.filter((one) => scopeOfApi?.pattern.test(one)).map(apiOf)
  return named.length > 0 || audience === undefined ? named : [audience]
}

const apiOf = (scope: string): string => scope.slice(0, scope.lastIndexOf('/'))

/** Whether a scope is granted whose claims may be at userinfo alone (OpenID Connect Core §5.4). */
export const namesPeople = (scope: string): boolean => /(^| )(profile|email)( |$)/.test(scope)
