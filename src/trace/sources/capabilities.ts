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
export type Able<V extends Verb> = TraceSource & Required<Pick<TraceSource, (typeof METHODS)[V][number]>>

/** The source, known to do this. Failure `cannot-do` with the reason when it does not, and with who can. */
export function able<V extends Verb>(source: TraceSource, verb: V): Able<V> {
  const can = source.capabilities[verb]
  if (can === true) return source as Able<V>
  const others = othersThatCan(verb)
  throw new Failure('cannot-do', `${source.name} cannot ${WORDS[verb]}: ${can.why}`, {
    hint: others === undefined ? can.instead : `${can.instead} ${others}`,
  })
}
