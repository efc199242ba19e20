import { Failure } from '../../errors.ts'
import type { Backend, Verb } from './trace-source.ts'

const METHODS = {
  trace: ['trace'],
  search: ['search'],
  services: ['services'],
  attributes: ['attributes', 'attributeValues'],
  query: ['query'],
} as const satisfies Record<Verb, readonly (keyof Backend)[]>

const WORDS: Readonly<Record<Verb, string>> = {
  trace: 'read a trace',
  search: 'search for traces',
  services: 'list services',
  attributes: 'list attributes',
  query: 'query time series',
}

/** A back end that has the methods of a verb. */
export type Able<V extends Verb> = Backend & Required<Pick<Backend, (typeof METHODS)[V][number]>>

/** The back end, known to do this. Failure `cannot-do` with the reason when it does not. */
export function able<V extends Verb>(backend: Backend, verb: V): Able<V> {
  const can = backend.capabilities[verb]
  if (can === true) return backend as Able<V>
  throw new Failure('cannot-do', `${backend.name} cannot ${WORDS[verb]}: ${can.why}`, { hint: can.instead })
}
