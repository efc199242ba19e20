import { Failure } from '../errors.ts'
import { azure } from './azure/azure.ts'
import { type Backend, type Place, placeVariable } from './backend.ts'
import { dash0 } from './dash0/dash0.ts'
import { jaeger } from './jaeger/jaeger.ts'
import { lightstep } from './lightstep/lightstep.ts'
import { tempo } from './tempo/tempo.ts'
import type { BackendAccess, BackendApi, BackendSource } from './trace-source.ts'
import { zipkin } from './zipkin/zipkin.ts'

/** A back end: its facts, and how it is asked. */
interface Row extends Backend {
  readonly api: () => Promise<BackendApi>
}

const TABLE = [
  { ...lightstep, api: async () => (await import('./lightstep/lightstep-source.ts')).lightstepApi },
  { ...tempo, api: async () => (await import('./tempo/tempo-source.ts')).tempoApi },
  { ...jaeger, api: async () => (await import('./jaeger/jaeger-source.ts')).jaegerApi },
  { ...zipkin, api: async () => (await import('./zipkin/zipkin-source.ts')).zipkinApi },
  { ...dash0, api: async () => (await import('./dash0/dash0-source.ts')).dash0Api },
  { ...azure, api: async () => (await import('./azure/azure-source.ts')).azureApi },
] as const satisfies readonly Row[]

/** A value of the setting `backend`. */
export type BackendId = (typeof TABLE)[number]['id']

/** Every back end, in the order in which help and hints name them. */
export const BACKENDS: readonly Row[] = TABLE

/** Their ids, in the same order. */
export const BACKEND_IDS: readonly BackendId[] = TABLE.map(({ id }) => id)

const ROWS: ReadonlyMap<string, Row> = new Map(TABLE.map((row) => [row.id, row]))

export const backendOf = (id: BackendId): Row => ROWS.get(id) as Row

/** Opens a back end. A run loads only the one it uses. */
export const openBackend = async (id: BackendId, access: BackendAccess): Promise<BackendSource> =>
  (await backendOf(id).api()).open(access)

export const backendAtHost = (host: string): BackendId | undefined =>
  TABLE.find((row) => 'apiHost' in row && (host === row.apiHost || host.endsWith(`.${row.apiHost}`)))?.id

/** The failure of a request to `host`, with hints for this back end. */
export function explainFailure(row: Backend, failure: Failure, host: string): Failure {
  const others = BACKENDS.filter(({ id }) => id !== row.id).map(({ name }) => name)
  const also = `ls-auth also reads ${listed(others, 'and')}.`
  const hinted = failure.code === 'gone' ? failure.withHint(`Ask whoever runs your traces; ${also}`) : failure
  return row.explain?.(hinted, host) ?? hinted
}

/** The profile's place, checked to have all settings this back end needs. Failure `settings` with what to set. */
export function requirePlace(row: Backend, place: Place): Place {
  const missing = row.needs.filter((name) => place[name] === undefined)
  if (missing.length === 0) return place
  const each = (spell: (name: string) => string) => missing.map(spell)
  const flags = each((name) => `--${name} NAME`).join(' ')
  const variables = listed(missing.map(placeVariable), 'and')
  const commands = listed(
    each((name) => `ls-auth profile set ${name} NAME`),
    'and',
  )
  const others = BACKEND_IDS.filter((id) => id !== row.id)
  throw new Failure('settings', `missing setting: ${listed(missing, 'and')}`, {
    hint: `${row.name} needs ${listed(row.needs, 'and')}. Pass ${flags}, set ${variables}, or save it in the profile: ${commands}. Another back end: --backend ${listed(others, 'or')}.`,
  })
}

/** `a, b or c`. */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
