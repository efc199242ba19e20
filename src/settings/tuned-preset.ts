import type { ClaimSource } from '../claim-grammar.ts'
import { Failure } from '../errors.ts'
import type { Preset } from '../providers/preset.ts'
import { parameterRecord } from './authorization-parameters.ts'
import { parseDuration } from './duration.ts'
import type { Values } from './resolve.ts'

/**
 * The preset with the profile's overrides applied. `values` must have the preset as their lowest layer. Failures:
 * `settings`, `usage` (a duration).
 */
export function tunePreset(row: Preset, values: Values): Preset {
  const ports = values.ports('redirect_ports')
  const groups = values.text('groups_claim')
  const chosen = parameterRecord(values.words('authorization_parameters'))
  return {
    // Who chose ports has registered them: at a client that takes any they would need no choice.
    ...(ports === 'any' ? row : withoutAnyRedirect(row)),
    scopes: values.words('scopes'),
    authorizationParameters: { ...without(row.authorizationParameters, Object.keys(chosen)), ...chosen },
    chosenParameters: Object.keys(chosen),
    audience: values.text('audience_style') as Preset['audience'],
    useToken: values.text('use_token') as Preset['useToken'],
    redirectHost: values.text('redirect_host') as Preset['redirectHost'],
    redirectPorts: ports,
    redirectPath: values.text('redirect_path') ?? '',
    clientAuth: values.text('client_auth') as Preset['clientAuth'],
    device: values.text('device_flow') as Preset['device'],
    pushedRequests: values.text('pushed_requests') as Preset['pushedRequests'],
    deadRefreshCodes: values.words('dead_refresh_codes'),
    revoke: values.judge('revoke', () => revocable(values.words('revoke'))),
    endpointHosts: values.judge('endpoint_hosts', () => hosts(values.words('endpoint_hosts'))),
    leewaySeconds: values.judge('leeway', () => leeway(values.text('leeway') as string)),
    ...(groups !== undefined && { claimNames: { ...row.claimNames, groups: placesOf(groups) } }),
  }
}

/** Names that differ in the case of letters alone are one to some providers: the profile's takes the place of the preset's. */
function without(parameters: Preset['authorizationParameters'], names: readonly string[]) {
  const plain = names.map((name) => name.toLowerCase())
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !plain.includes(name.toLowerCase())),
  )
}

/** The preset of a provider that knows registered redirect URIs alone. */
export function withoutAnyRedirect({ takesAnyRedirect: _, ...preset }: Preset): Preset {
  return preset
}

/** A claim of exactly this name (it may be a URL, with dots in it), else steps down from the payload. */
function placesOf(claim: string): readonly ClaimSource[] {
  const path = claim.split('.')
  return path.length > 1 && !claim.includes('/') ? [claim, { path }] : [claim]
}

function revocable(kinds: readonly string[]): Preset['revoke'] {
  if (kinds.every((kind) => kind === 'refresh' || kind === 'access')) return kinds as Preset['revoke']
  throw new Failure('settings', 'revoke must list refresh, access, both or nothing', {
    hint: 'Write it like revoke = ["refresh"], or leave it out.',
  })
}

/** What stands before or behind the name of a host is in no endpoint's. Not shown: a URL may hold a password. */
function hosts(names: readonly string[]): readonly string[] {
  // An IPv6 address has colons, within brackets.
  if (!names.some((name) => /[/@]|^[^[]*:/.test(name))) return names
  throw new Failure('settings', 'endpoint_hosts takes names of hosts, without scheme, port and path', {
    hint: 'Write it like endpoint_hosts = ["keys.example.com", "*.example.com"].',
  })
}

/** At most five minutes: with more, we would accept tokens that are expired for everyone else. */
function leeway(text: string): number {
  const seconds = parseDuration(text, 'leeway')
  if (seconds <= 300) return seconds
  throw new Failure('settings', `leeway: ${seconds} s is too much`, { hint: 'Write at most 5m.' })
}
