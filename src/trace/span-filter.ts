import {
  type AttributeCondition,
  SPAN_KIND,
  splitScope,
  textField,
  valueTest,
} from './attribute-condition.ts'
import { type Attributes, attribute, type Span } from './model.ts'
import { whyEndless } from './tree/span-facts.ts'

/** Conditions on one span; all of those given must hold. */
export interface SpanFilter {
  readonly service?: string
  /** Exact name. */
  readonly name?: string
  readonly attributes?: readonly AttributeCondition[]
  readonly minNanos?: number
  /** A span without a usable end may have taken longer, and does not fit. */
  readonly maxNanos?: number
  /** Only failed spans. */
  readonly errors?: boolean
}

/** The filter as a predicate. Keys are parsed once, not for each of 100,000 spans. */
export function spanTest(filter: SpanFilter): (span: Span) => boolean {
  const { service, name, errors, minNanos = 0, maxNanos = Number.POSITIVE_INFINITY } = filter
  const hasMost = filter.maxNanos !== undefined
  const carried = (filter.attributes ?? []).map(attributeTest)
  return (span) =>
    (service === undefined || span.service === service) &&
    (name === undefined || span.name === name) &&
    (!errors || span.status === 'error') &&
    span.durationNanos >= minNanos &&
    span.durationNanos <= maxNanos &&
    (!hasMost || whyEndless(span) === undefined) &&
    carried.every((test) => test(span))
}

/** A key that is itself called `span.x` is found under its whole name, too. */
function attributeTest(condition: AttributeCondition): (span: Span) => boolean {
  const [key] = condition
  const fits = valueTest(condition)
  const { scope, bare } = splitScope(key)
  const inSpan = scope === undefined || scope === 'span'
  const inResource = scope === undefined || scope === 'resource'
  const isKind = key === SPAN_KIND
  const beside = BESIDE[scope ?? '']
  const field = textField(key)
  return (span) => {
    const { attributes, resource, kind } = span
    return (
      (isKind && fits(kind)) ||
      (field?.(span).some(fits) ?? false) ||
      fits(attribute(attributes, key)) ||
      fits(attribute(resource, key)) ||
      (bare !== key &&
        ((inSpan && fits(attribute(attributes, bare))) || (inResource && fits(attribute(resource, bare))))) ||
      (beside?.(span).some((list) => fits(attribute(list, bare))) ?? false)
    )
  }
}

/** By scope, the attributes beside those of the span and its resource. Of events and links one match is enough, as in Tempo. */
const BESIDE: Readonly<Record<string, (span: Span) => readonly Attributes[]>> = {
  event: ({ events }) => events.map(({ attributes }) => attributes),
  link: ({ links }) => links.map(({ attributes }) => attributes),
  instrumentation: ({ scope }) => (scope === undefined ? [] : [scope.attributes]),
}
