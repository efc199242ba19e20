import type { Attributes, Span, Trace } from './model.ts'

/** What a gateway leaves of a resource whose attributes it takes away (observatorium/api: `traceRBAC`). */
const LEFT: ReadonlySet<string> = new Set(['service.name', 'k8s.namespace.name'])
const NAMESPACE = 'k8s.namespace.name'

/**
 * How many spans came without their attributes, because the gateway withholds them from whoever asks: name and times, no
 * attribute, no event, and of the resource at most service and namespace. `filters`: the gateway is known to do so. Where
 * it is not, only spans count that name a namespace and nothing else of where they ran: no SDK makes such a resource.
 */
export function countWithheld({ spans }: Pick<Trace, 'spans'>, filters: boolean): number {
  const bare = new Map<Attributes, boolean>()
  let count = 0
  for (const span of spans) {
    // One resource is shared by many spans, and the attributes of a span are parsed when they are asked for.
    let isBare = bare.get(span.resource)
    if (isBare === undefined) {
      isBare = isLeft(span.resource, filters)
      bare.set(span.resource, isBare)
    }
    if (isBare && isEmpty(span)) count += 1
  }
  return count
}

const isLeft = (resource: Attributes, filters: boolean): boolean =>
  resource.every(([key]) => LEFT.has(key)) && (filters || resource.some(([key]) => key === NAMESPACE))

const isEmpty = ({ attributes, events }: Span): boolean => attributes.length === 0 && events.length === 0

/** The notice for a person; undefined: nothing is withheld. */
export const withheldNote = ({ withheld = 0 }: Pick<Trace, 'withheld'>): string | undefined =>
  withheld === 0
    ? undefined
    : `the attributes of ${withheld === 1 ? '1 span' : `${withheld} spans`} are withheld from you`
