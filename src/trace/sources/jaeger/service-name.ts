import { splitScope } from '../../conditions/attribute-scope.ts'
import type { TraceFilter } from '../../search.ts'

/**
 * The filter with its conditions on `service.name`, all of them `=`, as the service: in Jaeger that is a field of the process, and
 * no tag by which it finds anything. Undefined: it names two services, or one without a name, which no span has.
 */
export function withServiceName(filter: TraceFilter): TraceFilter | undefined {
  const ofService = filter.attributes.filter(([key]) => isServiceName(key))
  if (ofService.length === 0) return filter
  const [service, another] = new Set([filter.service ?? [], ofService.map(([, value]) => value)].flat())
  if (!service || another !== undefined) return undefined
  return { ...filter, service, attributes: filter.attributes.filter(([key]) => !isServiceName(key)) }
}

function isServiceName(key: string): boolean {
  const { scope = 'resource', bare } = splitScope(key)
  return bare === 'service.name' && scope === 'resource'
}
