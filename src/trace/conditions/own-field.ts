import { shellWord } from '../../text/shell-word.ts'
import type { Span } from '../model.ts'
import type { AttributeCondition } from './attribute-condition.ts'

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

/** A duration as TraceQL writes it. */
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
      return `Write ${FLAGS.duration}, and no condition on a span.`
    case 'event:timeSinceStart':
      return ofQuery(`${key} ${isMatch ? '>' : operator} ${DURATION.test(value) ? value : '100ms'}`)
    case 'span:childCount':
      return ofQuery(`${key} ${isMatch ? '>' : operator} ${/^\d+$/.test(value) ? value : '5'}`)
    case 'span:kind':
      return `Write ${isEqual || isMatch ? `--attr ${shellWord(`span.kind${operator}${value}`)}` : FLAGS.kind}.`
    case 'span:status':
      if (operator === '=' && value === 'error') return `Write ${FLAGS.status}.`
      if (isEqual && /^(?:error|ok|unset)$/.test(value)) return ofQuery(`${key} ${operator} ${value}`)
      return 'Its values are error, ok and unset; for error: --error.'
    case 'span:name':
      if (operator === '=') return `Write ${FLAGS.name}.`
      return ofQuery(`${key} ${operator} ${JSON.stringify(value)}`)
    default:
      return OF_QUERIES.has(key) ? ofQuery(`${key} ${operator} ${JSON.stringify(value)}`) : undefined
  }
}

/** Names no whole command line: it would get the flags of another back end, or lose a file. */
const ofQuery = (condition: string): string =>
  `Only TraceQL searches by it: trace search --query ${shellWord(`{ ${condition} }`)}`

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
      return `--attr ${key} is an attribute of that name; ${field}${isPattern ? `, or ${query}` : ''}`
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
