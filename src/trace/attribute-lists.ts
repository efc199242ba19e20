import { attributeText } from './formats/attributes-json.ts'
import type { Attributes, AttributeValue, Trace } from './model.ts'

export interface AttributeName {
  readonly name: string
  /** What it describes: `span`, `resource`, `intrinsic` and others; absent where the back end does not tell. */
  readonly scope?: string
}

export interface AttributeValues {
  /** As in a query of this back end. */
  readonly name: string
  /** As of an {@link AttributeName}, where that matters: `intrinsic`. */
  readonly scope?: string
  readonly values: readonly AttributeSample[]
}

/** A value as text; `type` in the back end's own word (`string`, `int`, `int64`), where it tells. */
export interface AttributeSample {
  readonly value: string
  readonly type?: string
}

/** The shown value of an attribute; `key` without its scope. */
export type ShowValue = (key: string, value: AttributeValue) => AttributeValue

/** The scoped names (`span.http.method`) of the attributes of loaded traces that have values. */
export function collectNames(traces: readonly Trace[]): Set<string> {
  const names = new Set<string>()
  for (const [scope, attributes] of attributesOf(traces)) {
    // Of a key that stands there twice the last one.
    for (const [key, value] of new Map(attributes))
      if (itemsOf(value).length > 0) names.add(`${scope}.${key}`)
  }
  return names
}

/**
 * The values, as text, of the attribute with this scoped name. As a condition compares them: of a list its items, and nothing
 * of what is empty. `show` sees a list as a whole, since the item before a secret may be what tells that it is one.
 */
export function collectValues(traces: readonly Trace[], name: string, show: ShowValue): Set<string> {
  const values = new Set<string>()
  for (const [scope, attributes] of attributesOf(traces)) {
    if (!name.startsWith(`${scope}.`)) continue
    const key = name.slice(scope.length + 1)
    const value = attributes.findLast((one) => one[0] === key)?.[1] ?? null
    if (itemsOf(value).length === 0) continue
    for (const item of itemsOf(show(key, value))) values.add(attributeText(item))
  }
  return values
}

/** The attributes of each span, and of each resource once: spans of one process share one array. */
function* attributesOf(traces: readonly Trace[]): Iterable<readonly ['span' | 'resource', Attributes]> {
  const resources = new Set<Attributes>()
  for (const { spans } of traces) {
    for (const span of spans) {
      yield ['span', span.attributes]
      resources.add(span.resource)
    }
  }
  for (const resource of resources) yield ['resource', resource]
}

function itemsOf(value: AttributeValue): readonly AttributeValue[] {
  if (value === null) return []
  return Array.isArray(value) ? (value as readonly AttributeValue[]).flatMap(itemsOf) : [value]
}

/** Sorted by name, without duplicates. */
export function byName(names: readonly AttributeName[]): AttributeName[] {
  const unique = new Map(names.map((one) => [one.name, one]))
  return [...unique.values()].sort((a, b) => compareText(a.name, b.name))
}

/** Sorted by value (numbers numerically) and type, without duplicates. */
export function byValue(samples: readonly AttributeSample[]): AttributeSample[] {
  return uniqueSamples(samples).sort((a, b) => {
    const [x, y] = [a, b].map(({ value }) => (value === '' ? Number.NaN : Number(value)))
    const numbers = Number.isFinite(x) && Number.isFinite(y)
    const byItself = numbers ? (x as number) - (y as number) : compareText(a.value, b.value)
    return byItself || compareText(a.type ?? '', b.type ?? '')
  })
}

/** Each value once of each type: the text "5" is not the number 5. */
export const uniqueSamples = (samples: readonly AttributeSample[]): AttributeSample[] => [
  ...new Map(samples.map((one) => [JSON.stringify([one.value, one.type]), one])).values(),
]

// By code unit: the same on every machine, whatever its locale.
const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b)
