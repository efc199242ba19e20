import type { Verb } from '../../backends/backend.ts'
import { othersThatCan } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import type { TraceSource } from './trace-source.ts'

const METHODS = {
  trace: ['trace'],
  search: ['search'],
  services: ['services'],
  attributes: ['attributes', 'attributeValues'],
  query: ['query'],
} as const satisfies Record<Verb, readonly (keyof TraceSource)[]>

const WORDS: Readonly<Record<Verb, string>> = {
  trace: 'read a trace',
  search: 'search for traces',
  services: 'list services',
  attributes: 'list attributes',
  query: 'query time series',
}

/** A source that has the methods of a verb. */
export type CapableSource<V extends Verb> = TraceSource &
  Required<Pick<TraceSource, (typeof METHODS)[V][number]>>

/**
 * The source, narrowed to one that supports the verb. Failure `cannot-do` with the reason when it does not, and with
 * the back ends that do.
 */
export function requireCapability<V extends Verb>(source: TraceSource, verb: V): CapableSource<V> {
  const can = source.capabilities[verb]
  if (can === true) return source as CapableSource<V>
  const others = othersThatCan(verb)
  throw new Failure('cannot-do', `${source.name} cannot ${WORDS[verb]}: ${can.why}`, {
    hint: others === undefined ? can.instead : `${can.instead} ${others}`,
  })
}
