import { splitScope } from './attribute-scope.ts'
import { type Attributes, attribute, type Span } from './model.ts'

/** Conditions on one span; all of those given must hold. */
export interface SpanFilter {
  readonly service?: string
  /** Exact name. */
  readonly name?: string
  /** Values as text. `span.` and `resource.` in front of a key say where to look; without, in both. */
  readonly attributes?: readonly (readonly [key: string, value: string])[]
  readonly minNanos?: number
  readonly maxNanos?: number
  /** Only failed spans. */
  readonly errors?: boolean
}

/** The filter as a predicate. Keys are parsed once, not for each of 100,000 spans. */
export function spanTest(filter: SpanFilter): (span: Span) => boolean {
  const { service, name, errors, minNanos = 0, maxNanos = Number.POSITIVE_INFINITY } = filter
  const carried = (filter.attributes ?? []).map(([key, value]) => attributeTest(key, value))
  return (span) =>
    (service === undefined || span.service === service) &&
    (name === undefined || span.name === name) &&
    (!errors || span.status === 'error') &&
    span.durationNanos >= minNanos &&
    span.durationNanos <= maxNanos &&
    carried.every((test) => test(span))
}

/** A key that is itself called `span.x` is found under its whole name, too. */
function attributeTest(key: string, value: string): (span: Span) => boolean {
  const { scope, bare } = splitScope(key)
  const inSpan = scope === undefined || scope === 'span'
  const inResource = scope === undefined || scope === 'resource'
  return ({ attributes, resource }) =>
    hasValue(attributes, key, value) ||
    hasValue(resource, key, value) ||
    (bare !== key &&
      ((inSpan && hasValue(attributes, bare, value)) || (inResource && hasValue(resource, bare, value))))
}

function hasValue(attributes: Attributes, key: string, value: string): boolean {
  const found = attribute(attributes, key)
  return found !== undefined && found !== null && String(found) === value
}
