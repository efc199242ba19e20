import { attributeText } from './formats/own/attributes-json.ts'
import type { Attributes, AttributeValue, Trace } from './model.ts'

/** An attribute that a query can use. */
export interface AttributeName {
  /** As it is written in a query of this back end. */
  readonly name: string
  /** What it describes: `span`, `resource`, `intrinsic` and others; absent where the back end does not tell. */
  readonly scope?: string
}

/** The values of one attribute. */
export interface AttributeValues {
  /** As it is written in a query of this back end. */
  readonly name: string
  readonly values: readonly AttributeSample[]
}

/** A value as text; `type` in the back end's own word (`string`, `int`, `int64`), where it tells. */
export interface AttributeSample {
  readonly value: string
  readonly type?: string
}

/**
 * The attributes of loaded traces: the values as text, by scoped name (`span.http.method`). As a condition compares them:
 * of a list its items, and nothing of what is empty.
 */
export function collectAttributes(traces: readonly Trace[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const add = (scope: string, attributes: Attributes) => {
    // Of a key that stands there twice the last one.
    for (const [key, value] of new Map(attributes)) {
      const name = `${scope}.${key}`
      for (const item of itemsOf(value)) {
        const values = found.get(name) ?? new Set()
        found.set(name, values.add(attributeText(item)))
      }
    }
  }
  // Spans of one process share one array.
  const resources = new Set<Attributes>()
  for (const { spans } of traces) {
    for (const span of spans) {
      add('span', span.attributes)
      resources.add(span.resource)
    }
  }
  for (const resource of resources) add('resource', resource)
  return found
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

/** Sorted by value (numbers numerically), without duplicates. */
export function byValue(samples: readonly AttributeSample[]): AttributeSample[] {
  const unique = new Map(samples.map((one) => [one.value, one]))
  return [...unique.values()].sort((a, b) => {
    const [x, y] = [a, b].map(({ value }) => (value === '' ? Number.NaN : Number(value)))
    const numbers = Number.isFinite(x) && Number.isFinite(y)
    return numbers ? (x as number) - (y as number) : compareText(a.value, b.value)
  })
}

// By code unit: the same on every machine, whatever its locale.
const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b)
