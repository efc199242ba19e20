import { isObject, type JsonObject } from '../../../json-object.ts'
import { byStart, jsonText, type Part } from './zipkin-part.ts'

/** One span of its parts, all at once: one after the other, each would go through all that came before it. */
export function mergedParts(parts: readonly Part[]): JsonObject {
  if (parts.length === 1) return parts[0]!.item
  const sorted = parts.toSorted(byStart)
  const items = sorted.map(({ item }) => item)
  const annotations = items.flatMap((item) =>
    Array.isArray(item.annotations) ? (item.annotations as unknown[]) : [],
  )
  return {
    ...firstOfEach(items, isTold),
    ...firstOfNested(items, ['localEndpoint', 'remoteEndpoint']),
    name: items.map(({ name }) => name).find(isName) ?? items.map(({ name }) => name).find(isTold),
    tags: firstOfEach(items.map(({ tags }) => (isObject(tags) ? tags : {}))),
    annotations: [...new Map(annotations.map((entry) => [jsonText(entry) ?? entry, entry])).values()],
    timestamp: sorted[0]!.start,
    duration: durationOf(sorted),
    shared: items.some(({ shared }) => shared === true),
  }
}

/**
 * How long a span took whose parts are these, the earliest first: what a part says that has its start, else one that has
 * none, else up to the last end. A part that begins later measures something within.
 */
function durationOf(sorted: readonly Part[]): unknown {
  const { start } = sorted[0]!
  const said =
    longest(sorted.filter((part) => part.start === start)) ?? longest(sorted.filter((part) => !part.start))
  if (said !== undefined) return said
  const ends = sorted.flatMap((part) => (part.start && part.duration ? part.start + part.duration : []))
  if (start !== undefined && ends.length > 0) return ends.reduce((a, b) => Math.max(a, b)) - start
  return sorted.map(({ item }) => item.duration).find(isTold)
}

function longest(parts: readonly Part[]): number | undefined {
  return parts.reduce<number | undefined>(
    (most, { duration }) => ((duration ?? 0) > (most ?? 0) ? duration : most),
    undefined,
  )
}

const isTold = (value: unknown): boolean => value !== undefined && value !== null && value !== ''
/** Instrumentation that does not know the name yet writes `unknown`. */
const isName = (value: unknown): boolean => isTold(value) && value !== 'unknown'

function firstOfNested(items: readonly JsonObject[], members: readonly string[]): JsonObject {
  const merged = members.map((member): [string, unknown] => {
    const objects = items.map((item) => item[member]).filter(isObject)
    return [member, firstOfEach(objects, isTold)]
  })
  return Object.fromEntries(merged.filter(([, value]) => Object.keys(value as object).length > 0))
}

/** Of each member the first value; of those alone that are `told`. */
function firstOfEach(
  objects: readonly JsonObject[],
  told: (value: unknown) => boolean = () => true,
): JsonObject {
  const first = new Map<string, unknown>()
  for (const object of objects)
    for (const [key, value] of Object.entries(object))
      if (told(value) && !first.has(key)) first.set(key, value)
  return Object.fromEntries(first)
}
