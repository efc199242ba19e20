import { backendOf } from '../../backends/table.ts'
import type { SettingName } from '../../settings/setting-table.ts'
import { urlToJudge } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrap } from '../../text/wrap.ts'
import type { OfferedProfile } from './offered-profile.ts'
import { shownHost } from './published-document.ts'
import type { Resource } from './resource.ts'

type Row = readonly [label: string, text: string | readonly string[]]

const INDENT = '  '
const LABEL_WIDTH = 14
const BOUND = 'bound to a key that stays on this machine (DPoP)'

/** All that a person has to judge before signing in by what an API says, at most `columns` wide where it can be. */
export function offerScreen(offered: OfferedProfile, resource: Resource, columns: number): string {
  const { name, before } = offered
  const host = shownHost(resource.url)
  const lead =
    before === undefined
      ? `${host} says how to sign in for it. Nothing is saved yet.`
      : `${host} says something else than the profile ${safeText(name, 60)}. Not saved yet.`
  const rows = rowsOf(offered, resource).map((row) => lineOf(row, columns))
  return [wrap(lead, columns), '', ...rows, '', ...notesOf(offered, host, columns)].join('\n')
}

/** What is known to go wrong at this provider. The token, once it is here, would say so too late. */
function notesOf({ profile }: OfferedProfile, host: string, columns: number): string[] {
  const { scopeOfApi, scopes, useToken } = profile.client.preset
  if (!scopeOfApi || useToken !== 'access' || scopes.some((scope) => scopeOfApi.pattern.test(scope)))
    return []
  return [wrap(`note: ${scopeOfApi.without} Ask whoever runs ${host} for the right scope.`, columns), '']
}

function rowsOf({ name, before, values, profile }: OfferedProfile, resource: Resource): Row[] {
  const { issuer, clientId, preset, audience, dpop } = profile.client
  const { backend, organization, project, tenant } = profile
  const shown = (key: SettingName, text: string) => text + outside(key)
  const outside = (key: SettingName) => {
    const { source } = profile.resolved[key]
    return /^(--|LS_AUTH_)/.test(source) ? `  (${source})` : ''
  }
  const place = Object.entries({ organization, project, tenant }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${safeText(value, 200)}`],
  )
  const header = values.authorization_header
  const rows: Row[] = [
    ['tokens go to', urlToJudge(resource.url.href)],
    ['sign in at', shown('issuer', urlToJudge(issuer ?? ''))],
    [
      'as client',
      clientId === undefined
        ? 'none yet: ls-auth registers one there'
        : shown('client_id', safeText(clientId, 500)),
    ],
    ['scopes', preset.scopes.map((scope) => safeText(scope, 200))],
    ...(audience === undefined ? [] : [['audience', shown('audience', safeText(audience, 500))] as const]),
    ['back end', [backendOf(backend).name, ...place].join(', ')],
    ...(typeof header === 'string' ? [['token in', safeText(header, 100)] as const] : []),
    ...(values.dpop === true || dpop
      ? [['tokens are', shown('dpop', dpop ? BOUND : 'bound to no key')] as const]
      : []),
    ['profile', `${safeText(name, 60)}${before === undefined ? ' (new)' : ''}`],
  ]
  return [...rows, ...changesOf(before, values)]
}

/** What a profile had before, of the settings that change. */
const changesOf = (before: OfferedProfile['before'], values: OfferedProfile['values']): Row[] =>
  before === undefined
    ? []
    : Object.keys(values).map((key) => ['before', `${key}: ${former(before[key])}`] as const)

const former = (value: unknown): string =>
  value === undefined ? 'not set' : safeText([value].flat().map(String).join(' '), 300)

/** A host is never cut, so that all of it can be judged: a line may become longer than the terminal. */
const lineOf = ([label, text]: Row, columns: number): string => {
  const margin = ' '.repeat(INDENT.length + LABEL_WIDTH)
  return `${INDENT}${label.padEnd(LABEL_WIDTH)}${wrap(text, columns - margin.length, margin)}`
}
