import { safeText } from '../../text/safe-text.ts'
import { OTLP_KINDS } from '../formats/otlp/otlp-enums.ts'
import type { SpanKind } from '../model.ts'
import {
  type AttributeCondition,
  valueTest,
} from './attribute-condition.ts' /** Where an attribute can be, as TraceQL and our own `attributes` write it in front of the name. */

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

/** Which kinds of spans a condition on `span.kind` allows. */
export const kindsOf = (condition: AttributeCondition): readonly SpanKind[] =>
  OTLP_KINDS.filter(valueTest(condition))

/** What is wrong with a condition on `span.kind` that allows no kind, or (with `!=`) forbids none; undefined for all others. */
export function wrongKind(condition: AttributeCondition): string | undefined {
  const [key, value, operator] = condition
  if (key !== SPAN_KIND) return undefined
  const allowed = kindsOf(condition).length
  if (operator === '!=' ? allowed < OTLP_KINDS.length : allowed > 0) return undefined
  return `"${safeText(value, 60)}" is no kind of span`
}

/** What helps who has written a kind that there is not. */
export const THE_KINDS = `The kinds are ${OTLP_KINDS.join(', ')}. An attribute that is called so: span.${SPAN_KIND}.`
