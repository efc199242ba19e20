import type { Attributes, Span, SpanMark, Trace } from '../../model.ts'
import { SpanView } from '../../span-view.ts'

/** What a gateway leaves of a resource whose attributes it takes away (observatorium/api: `traceRBAC`). */
const LEFT: ReadonlySet<string> = new Set(['service.name', 'k8s.namespace.name'])
const NAMESPACE = 'k8s.namespace.name'

/** A span that came without its attributes. */
class WithheldSpan extends SpanView {
  override get marks(): readonly SpanMark[] {
    return [...this.below.marks, 'attributes-withheld']
  }
}

/**
 * The trace with a mark on each span that came without its attributes, because the gateway withholds them from whoever asks:
 * name and times, no attribute, no event, and of the resource at most service and namespace. `filters`: the gateway is known
 * to do so. Where it is not, only spans count that name a namespace and nothing else of where they ran: no SDK makes such a
 * resource.
 */
export function markWithheld(trace: Trace, filters: boolean): Trace {
  const bare = new Map<Attributes, boolean>()
  const spans = trace.spans.map((span) => {
    // One resource is shared by many spans, and the attributes of a span are parsed when they are asked for.
    let isBare = bare.get(span.resource)
    if (isBare === undefined) {
      isBare = isLeft(span.resource, filters)
      bare.set(span.resource, isBare)
    }
    return isBare && isEmpty(span) ? new WithheldSpan(span) : span
  })
  return { ...trace, spans }
}

const isLeft = (resource: Attributes, filters: boolean): boolean =>
  resource.every(([key]) => LEFT.has(key)) && (filters || resource.some(([key]) => key === NAMESPACE))

const isEmpty = ({ attributes, events }: Span): boolean => attributes.length === 0 && events.length === 0
