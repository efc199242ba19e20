import { safeText } from '../text/safe-text.ts'
import { type AttributeCondition, valueTest } from './attribute-condition.ts'
import { OTLP_KINDS } from './formats/otlp/otlp-values.ts'
import type { Span, SpanKind } from './model.ts'

const SCOPED = /^(span|resource|event|link|instrumentation)?\.(.+)$/s

/**
 * What OpenTracing's tags and Jaeger call the kind of a span. A condition on it is one on the kind: `span.` isn't a scope
 * here. An attribute that is itself called `kind` is `.kind`.
 */
export const SPAN_KIND = 'span.kind'

interface ScopedName {
  /** `span`, `resource`, `event`, `link` or `instrumentation`; undefined when the name does not say where. */
  readonly scope: string | undefined
  /** The name as the span carries it. */
  readonly bare: string
}

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

/** The fault of a condition on `span.kind` that allows no kind, or (with `!=`) forbids none; undefined for all others. */
export function wrongKind(condition: AttributeCondition): string | undefined {
  const [key, value, operator] = condition
  if (key !== SPAN_KIND) return undefined
  const allowed = kindsOf(condition).length
  if (operator === '!=' ? allowed < OTLP_KINDS.length : allowed > 0) return undefined
  return `"${safeText(value, 60)}" is not a span kind`
}

/** What helps who has written a kind that there is not. */
export const THE_KINDS = `The kinds are ${OTLP_KINDS.join(', ')}. For an attribute with that name: span.${SPAN_KIND}.`

/**
 * Fields of TraceQL that aren't attributes (docs: traceql, intrinsic fields), and that a span knows as text; `attributes` of Tempo
 * lists them. A colon is in no attribute of OpenTelemetry by accident.
 */
const TEXT_FIELDS: Readonly<Record<string, (span: Span) => readonly (string | undefined)[]>> = {
  'event:name': ({ events }) => events.map(({ name }) => name),
  'instrumentation:name': ({ scope }) => [scope?.name],
  'instrumentation:version': ({ scope }) => [scope?.version],
  'link:spanID': ({ links }) => links.map(({ spanId }) => spanId),
  'link:traceID': ({ links }) => links.map(({ traceId }) => traceId),
  'span:id': ({ spanId }) => [spanId],
  'span:parentID': ({ parentId }) => [parentId],
  'span:statusMessage': ({ statusMessage }) => [statusMessage],
}

/** The value of this field in a span; undefined: it isn't one of them. */
export const textField = (key: string): ((span: Span) => readonly (string | undefined)[]) | undefined =>
  Object.hasOwn(TEXT_FIELDS, key) ? TEXT_FIELDS[key] : undefined

/** Fields of TraceQL that aren't attributes and no text of a span: no condition compares them. */
const OTHER_FIELDS =
  /^(?:span:(?:duration|childCount|kind|status|name)|trace:(?:duration|id|rootName|rootService)|event:timeSinceStart)$/

/** Help for a condition on one of these fields; undefined: it isn't one. */
export const insteadOf = (key: string): string | undefined =>
  OTHER_FIELDS.test(key)
    ? `Use --name, --error, --min, --max or --attr span.kind=server, or TraceQL: --query '{ ${key} = ... }'`
    : undefined

/** Whether a name that a back end lists is one of these fields, and no condition on attributes compares it. */
export const isForQuery = ({ name, scope }: { readonly name: string; readonly scope?: string }): boolean =>
  scope === 'intrinsic' && textField(name) === undefined
