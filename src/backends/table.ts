import { Failure } from '../errors.ts'
import { azure } from './azure.ts'
import { type Ability, type Backend, type Place, placeVariable } from './backend.ts'
import { dash0 } from './dash0.ts'
import { jaeger } from './jaeger.ts'
import { lightstep } from './lightstep.ts'
import { tempo } from './tempo.ts'
import { zipkin } from './zipkin.ts'

const TABLE = [lightstep, tempo, jaeger, zipkin, dash0, azure] as const satisfies readonly Backend[]

/** A value of the setting `backend`. */
export type BackendId = (typeof TABLE)[number]['id']

/** Every back end, in the order in which help and hints name them. */
export const BACKENDS: readonly Backend[] = TABLE

/** Their ids, in the same order. */
export const BACKEND_IDS: readonly BackendId[] = TABLE.map(({ id }) => id)

const ROWS: ReadonlyMap<string, Backend> = new Map(TABLE.map((row) => [row.id, row]))

export const backendOf = (id: BackendId): Backend => ROWS.get(id) as Backend

export const backendAtHost = (host: string): BackendId | undefined =>
  TABLE.find((row) => 'apiHost' in row && (host === row.apiHost || host.endsWith(`.${row.apiHost}`)))?.id

/** The end of the sentence `Profiles of Lightstep and Tempo can …`. */
const WORDS: Readonly<Record<Ability, string>> = {
  trace: 'read one',
  search: 'search',
  follow: 'follow one',
  services: 'list them',
  attributes: 'list them',
  query: 'query',
}

/** Which back ends can do what one cannot, as a sentence; undefined when none can. */
export function othersThatCan(ability: Ability): string | undefined {
  const able = BACKENDS.filter(({ capabilities }) => capabilities[ability] === true)
  const names = able.map(({ name }) => name)
  return names.length === 0 ? undefined : `Profiles for ${listed(names, 'and')} can ${WORDS[ability]}.`
}

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
