import type { ProofSource } from '../../providers/workload-sources.ts'
import type { Profile } from '../../settings/profile.ts'
import { profileOfGiven } from '../request/recorder.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The settings of a profile that a child process needs to ask the same API. */
type ApiSettings = Pick<
  Profile,
  | 'api'
  | 'authorizationHeader'
  | 'backend'
  | 'client'
  | 'name'
  | 'organization'
  | 'project'
  | 'resolved'
  | 'saved'
  | 'tenant'
  | 'throughProxy'
>

const HTTP_PROXIES = /^(http|https|all)_proxy$/i

/**
 * The environment of a child that asks the API by a local proxy: its address with the secret, and no token, nor the proof
 * of a workload, by which it could have one. Where other HTTP proxies are set, this address is excepted: the secret is not
 * for them.
 */
export function proxyVariables(
  variables: Variables,
  address: string,
  settings: ApiSettings,
): Record<string, string> {
  const child = {
    ...childVariables(
      withoutProof(variables, settings.client.workload?.source),
      'LS_AUTH_TOKEN',
      undefined,
      settings,
    ),
    LS_AUTH_API: address,
    LS_AUTH_PROXY: '1',
    ...startedWith(variables, settings),
  }
  if (!Object.keys(child).some((name) => HTTP_PROXIES.test(name))) return child
  const { NO_PROXY, no_proxy } = variables
  const excepted = [NO_PROXY ?? no_proxy, '127.0.0.1'].filter(Boolean).join(',')
  return { ...child, NO_PROXY: excepted, no_proxy: excepted }
}

function withoutProof(variables: Variables, source: ProofSource | undefined): Variables {
  const holders =
    source?.kind === 'variable'
      ? [source.variable]
      : source?.kind === 'request'
        ? [source.urlVariable, source.passwordVariable]
        : []
  // Windows takes the name in any case.
  const names = new Set(holders.map((name) => name.toUpperCase()))
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.has(name.toUpperCase())))
}

/** The profile that the token is of: the child may name another one, which does not count. Empty: none that is saved. */
function startedWith(
  variables: Variables,
  { name, saved, throughProxy }: ApiSettings,
): Record<string, string> {
  const own = profileOfGiven(variables, variables.LS_AUTH_TOKEN?.trim()) ?? (saved ? name : '')
  // A proxy behind a proxy has the token of the outer one.
  const profile = throughProxy ? variables.LS_AUTH_PROXY_PROFILE : own
  return profile === undefined ? {} : { LS_AUTH_PROXY_PROFILE: profile }
}

/**
 * The environment of a child that runs as the person: the token under `name`, and the settings of the API. Every other
 * variable of ours is taken out, so that nothing of this run (a key file, a profile) is known to the child by accident.
 * A setting without a value is absent. `token` undefined: the API takes none.
 */
export function childVariables(
  variables: Variables,
  name: string,
  token: string | undefined,
  settings: ApiSettings,
): Record<string, string> {
  const { api, authorizationHeader, backend, client, organization, project, tenant, resolved } = settings
  const own = {
    // Without a slash at its end, as the address of a local proxy: "$LS_AUTH_API/x" is right with both.
    LS_AUTH_API: resolved.api.value === undefined ? undefined : api.href.replace(/\/$/, ''),
    LS_AUTH_BACKEND: backend,
    LS_AUTH_ORGANIZATION: organization,
    LS_AUTH_PROJECT: project,
    LS_AUTH_TENANT: tenant,
    // The profile of an ls-auth that the child starts may want a reason.
    LS_AUTH_REASON: client.reason,
    // Only with a token, and where it is not the usual one.
    LS_AUTH_AUTHORIZATION_HEADER:
      token === undefined || resolved.authorization_header.source === 'default'
        ? undefined
        : authorizationHeader,
    // The address of an outer proxy is for the child, too.
    ...(settings.throughProxy && { LS_AUTH_PROXY: '1', ...startedWith(variables, settings) }),
    // For the record of an ls-auth that the child starts. It may have another profile, or none of this name.
    LS_AUTH_TOKEN_PROFILE:
      token !== undefined && name === 'LS_AUTH_TOKEN'
        ? (profileOfGiven(variables, token) ?? settings.name)
        : undefined,
    [name]: token,
  }
  const others = Object.entries(variables).filter(([key]) => !/^LS_AUTH_/i.test(key) && key !== name)
  return Object.fromEntries(
    [...others, ...Object.entries(own)].filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
