import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts' /** Where an attribute can be, as TraceQL and our own `attributes` write it in front of the name. */
import { type AttributeCondition, valueTest } from './attribute-condition.ts'
import { OTLP_KINDS } from './formats/otlp/otlp-values.ts'
import type { Span, SpanKind } from './model.ts'

const SCOPED = /^(span|resource|event|link|instrumentation)?\.(.+)$/s

/**
 * What OpenTracing's tags and Jaeger call the kind of a span. A condition on it is one on the kind: `span.` is no scope
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

/** What is wrong with a condition on `span.kind` that allows no kind, or (with `!=`) forbids none; undefined for all others. */
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
 * Fields of TraceQL that are no attributes (docs: traceql, intrinsic fields), and that a span knows as text; `attributes` of Tempo
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

/** How else a field is asked for, by its name without a scope. */
const FLAGS: Readonly<Record<string, string>> = {
  name: '--name NAME',
  kind: '--attr span.kind=server',
  status: '--error, for failed spans',
  duration: '--min 100ms or --max 1s',
  statusMessage: '--attr span:statusMessage=TEXT',
  rootName: `--query '{ trace:rootName = "NAME" }', in TraceQL`,
  rootServiceName: `--query '{ trace:rootService = "NAME" }', in TraceQL`,
  traceDuration: '--min 100ms or --max 1s, without a condition on a span',
}

/** Text that no flag asks for. */
const OF_QUERIES = new Set(['trace:id', 'trace:rootName', 'trace:rootService'])

const DURATION = /^\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)$/

/** What a span has in such a field; undefined: it is none of them. */
export const textField = (key: string): ((span: Span) => readonly (string | undefined)[]) | undefined =>
  Object.hasOwn(TEXT_FIELDS, key) ? TEXT_FIELDS[key] : undefined

/**
 * What helps who has written a condition on a field that is no attribute and no text of a span; the value may be one that no
 * attribute is compared with (`>100ms`). Undefined: it is none of them.
 */
export function insteadOf([key, value, operator = '=']: AttributeCondition): string | undefined {
  const isMatch = operator.includes('~')
  const isEqual = operator === '=' || operator === '!='
  switch (key) {
    case 'span:duration':
      return `Write ${FLAGS.duration}.`
    case 'trace:duration':
      return `Write ${FLAGS.duration}, without a condition on a span.`
    case 'event:timeSinceStart':
      return ofQuery(`${key} ${isMatch ? '>' : operator} ${DURATION.test(value) ? value : '100ms'}`)
    case 'span:childCount':
      return ofQuery(`${key} ${isMatch ? '>' : operator} ${/^\d+$/.test(value) ? value : '5'}`)
    case 'span:kind':
      return `Write ${isEqual || isMatch ? `--attr ${shellWord(`span.kind${operator}${value}`)}` : FLAGS.kind}.`
    case 'span:status':
      if (operator === '=' && value === 'error') return `Write ${FLAGS.status}.`
      if (isEqual && /^(?:error|ok|unset)$/.test(value)) return ofQuery(`${key} ${operator} ${value}`)
      return 'Its values are error, ok and unset. For error use --error.'
    case 'span:name':
      if (operator === '=') return `Write ${FLAGS.name}.`
      return ofQuery(`${key} ${operator} ${JSON.stringify(value)}`)
    default:
      return OF_QUERIES.has(key) ? ofQuery(`${key} ${operator} ${JSON.stringify(value)}`) : undefined
  }
}

/** Names no whole command line: it would get the flags of another back end, or lose a file. */
const ofQuery = (condition: string): string =>
  `Only TraceQL supports it: trace search --query ${shellWord(`{ ${condition} }`)}`

/**
 * Of conditions that found nothing: the first one that is on an attribute called as such a field, and how the field itself is
 * asked for. Undefined: there is none.
 */
export function calledAsField(conditions: readonly AttributeCondition[] = []): string | undefined {
  for (const [key, value, operator = '='] of conditions) {
    const field = wayToField(key)
    const isPattern = key === 'name' && operator !== '='
    const query = `--query ${shellWord(`{ span:name ${operator} ${JSON.stringify(value)} }`)}, in TraceQL`
    if (field !== undefined)
      return `--attr ${key} means an attribute with that name; ${field}${isPattern ? `, or ${query}` : ''}`
  }
  return undefined
}

/** How a field is asked for that has the name of an attribute: `the duration of a span: --min …`; undefined: it is none. */
export const wayToField = (name: string): string | undefined =>
  Object.hasOwn(FLAGS, name)
    ? `the ${name} of a ${/^(root|trace)/.test(name) ? 'trace' : 'span'}: ${FLAGS[name]}`
    : undefined

/** Whether a name that a back end lists is such a field, and no condition on attributes compares it. */
export const isForQuery = ({ name, scope }: { readonly name: string; readonly scope?: string }): boolean =>
  scope === 'intrinsic' && textField(name) === undefined
