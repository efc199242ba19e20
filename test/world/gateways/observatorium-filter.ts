/** Which attributes may be read. */
export interface Namespaces {
  readonly namespaces: readonly string[]
  readonly namespaceOf?: (service: string) => string | undefined
}

interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface ResourceSpans {
  readonly resource?: { readonly attributes?: readonly KeyValue[] }
  readonly scopeSpans?: readonly { readonly spans?: readonly Record<string, unknown>[] }[]
}

const NAMESPACE = 'k8s.namespace.name'
const SERVICE = 'service.name'

/**
 * The `traceRBAC` of observatorium/api: spans of a namespace that is not allowed, or that name none, keep structure, name,
 * times and status, and lose attributes and events; of their resource the service is left, and the namespace.
 */
export function filterTrace(document: Record<string, unknown>, rules: Namespaces): Record<string, unknown> {
  const { trace, batches } = document as {
    trace?: { resourceSpans?: ResourceSpans[] }
    batches?: ResourceSpans[]
  }
  if (batches !== undefined) return { ...document, batches: batches.map((one) => filterGroup(one, rules)) }
  const groups = trace?.resourceSpans?.map((one) => filterGroup(one, rules))
  return { ...document, trace: groups === undefined ? {} : { resourceSpans: groups } }
}

/** Also adds what a collector in Kubernetes adds, since the traces of the world lack it. */
function filterGroup(
  group: ResourceSpans,
  { namespaces, namespaceOf = () => undefined }: Namespaces,
): ResourceSpans {
  const own = group.resource?.attributes ?? []
  const service = own.filter(({ key }) => key === SERVICE)
  const name = namespaceOf(service[0]?.value.stringValue ?? '')
  const namespace = name === undefined ? [] : [attribute(NAMESPACE, name)]
  if (name !== undefined && namespaces.includes(name)) {
    return {
      ...group,
      resource: { attributes: [...own, ...namespace, attribute('telemetry.sdk.language', 'go')] },
    }
  }
  const scopeSpans = (group.scopeSpans ?? []).map(({ spans = [], ...scope }) => ({
    ...scope,
    spans: spans.map(({ attributes, events, ...span }) => span),
  }))
  return { resource: { attributes: [...namespace, ...service] }, scopeSpans }
}

const attribute = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } })

/** The answers of the world's Tempo hold no attributes of spans. */
export const filterSearch = (document: Record<string, unknown>): Record<string, unknown> => document
