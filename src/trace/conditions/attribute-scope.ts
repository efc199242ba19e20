/** Where an attribute can be, as TraceQL and our own `attributes` write it in front of the name. */
const SCOPED = /^(span|resource|event|link|instrumentation)?\.(.+)$/s

/**
 * What OpenTracing's tags and Jaeger call the kind of a span. A condition on it is one on the kind: `span.` is no scope
 * here. An attribute that is itself called `kind` is `.kind`.
 */
export const SPAN_KIND = 'span.kind'

/** An attribute's name in its two parts. */
export interface ScopedName {
  /** `span`, `resource`, `event`, `link` or `instrumentation`; undefined when the name does not say where. */
  readonly scope: string | undefined
  /** The name as the span carries it. */
  readonly bare: string
}

/** `span.http.method` → `span` and `http.method`; a dot in front (TraceQL's "anywhere") names no scope. */
export function splitScope(name: string): ScopedName {
  const [, scope, bare] = SCOPED.exec(name) ?? []
  return bare === undefined ? { scope: undefined, bare: name } : { scope, bare }
}
