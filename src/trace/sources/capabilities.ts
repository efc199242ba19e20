import type { Ability } from '../../backends/backend.ts'
import { othersThatCan } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
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

/**
 * The source, narrowed to one that has the ability. Failure `cannot-do` with the reason when it does not, and with
 * the back ends that do.
 */
export function requireCapability<A extends Ability>(source: TraceSource, ability: A): CapableSource<A> {
  const can = source.capabilities[ability]
  if (can === true) return source as CapableSource<A>
  const others = othersThatCan(ability)
  throw new Failure('cannot-do', `${source.name} cannot ${WORDS[ability]}: ${can.why}`, {
    hint: others === undefined ? can.instead : `${can.instead} ${others}`,
  })
}
