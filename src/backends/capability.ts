import { Failure } from '../errors.ts'
import type { Ability } from './backend.ts'
import { BACKENDS, listed } from './table.ts'
import type { TraceSource } from './trace-source.ts'

const METHODS = {
  trace: ['trace'],
  search: ['search'],
  follow: ['search'],
  services: ['services'],
  attributes: ['attributes', 'attributeValues'],
  query: ['query'],
} as const satisfies Record<Ability, readonly (keyof TraceSource)[]>

const WORDS: Readonly<Record<Ability, string>> = {
  trace: 'read a trace',
  search: 'search for traces',
  follow: 'follow a search',
  services: 'list services',
  attributes: 'list attributes',
  query: 'query time series',
}

/** A source that has the methods of an ability. */
export type CapableSource<A extends Ability> = TraceSource &
  Required<Pick<TraceSource, (typeof METHODS)[A][number]>>

/** The source, if it has the ability. Else Failure `cannot-do` with the reason, and with the back ends that have it. */
export function requireCapability<A extends Ability>(source: TraceSource, ability: A): CapableSource<A> {
  const can = source.capabilities[ability]
  if (can === true) return source as CapableSource<A>
  const others = othersThatCan(ability)
  throw new Failure('cannot-do', `${source.name} cannot ${WORDS[ability]}: ${can.why}`, {
    hint: others === undefined ? can.instead : `${can.instead} ${others}`,
  })
}

/** The end of the sentence `Profiles of Lightstep and Tempo can …`. */
const OTHERS: Readonly<Record<Ability, string>> = {
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
  return names.length === 0 ? undefined : `Profiles for ${listed(names, 'and')} can ${OTHERS[ability]}.`
}
