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

/** A name that TraceQL can write in quotes only. */
const QUOTED = /^"((?:[^"\\]|\\["\\])+)"$/

/**
 * `span.http.method` → `span` and `http.method`; a dot in front (TraceQL's "anywhere") names no scope. Quotes around all of the
 * name are TraceQL's spelling, and no part of it: `span."my attr"` → `span` and `my attr`.
 */
export function splitScope(name: string): ScopedName {
  const [, scope, bare = name] = SCOPED.exec(name) ?? []
  const inQuotes = QUOTED.exec(bare)?.[1]
  return { scope, bare: inQuotes === undefined ? bare : inQuotes.replace(/\\(.)/g, '$1') }
}
