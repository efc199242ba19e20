import type { JsonObject } from '../../../json-object.ts'
import { type Attributes, NONE, type SpanLink } from '../../model.ts'
import { asAttributes, hexId } from '../foreign-json.ts'
import { quoteLongIntegers } from '../integer.ts'

// OpenTelemetry's collector writes what Zipkin has no member for as texts (opentelemetry-collector-contrib,
// pkg/translator/zipkin/zipkinv2/from_translator.go). They are taken apart: in one piece their attributes have no names, by
// which they are masked.

/** The name of an event and its attributes, which are written `name|{…}|0`; the last is how many of them were dropped. */
export function readEventText(text: string): { readonly name: string; readonly attributes: Attributes } {
  const parts = withObject(text)
  return parts ? { name: parts.before, attributes: parts.attributes } : { name: text, attributes: NONE }
}

/** Whether a tag is a link, by its name. */
export const isLinkTag = (key: string): boolean => /^otlp\.link\.\d{1,3}$/.test(key)

/** A link, which is written `trace id|span id|trace state|{…}|0`; undefined for any other text. */
export function readLinkText(text: unknown): SpanLink | undefined {
  const parts = typeof text === 'string' ? withObject(text) : undefined
  const [trace, span] = parts?.before.split('|', 2) ?? []
  const [traceId, spanId] = [hexId(trace, 32), hexId(span, 16)]
  if (parts === undefined || traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, attributes: parts.attributes }
}

/** A text that ends in `|`, a JSON object, `|` and a number. */
function withObject(text: string): { readonly before: string; readonly attributes: Attributes } | undefined {
  const end = text.lastIndexOf('}|')
  if (end < 0 || !/^\d{1,10}$/.test(text.slice(end + 2))) return undefined
  let start = text.indexOf('|{')
  // A name, too, may hold these signs.
  for (let tries = 0; tries < MOST_TRIES && start >= 0 && start < end; tries++) {
    const object = parsedObject(text.slice(start + 1, end + 1))
    if (object) return { before: text.slice(0, start), attributes: asAttributes(object) }
    start = text.indexOf('|{', start + 1)
  }
  return undefined
}

const MOST_TRIES = 4
/** As in OTLP: whatever walks through values calls itself for each level. */
export const MOST_DEEP = 100

/** Whether a value has no more levels than so many. */
export function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((one) => isWithin(levels - 1, one))
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    // In braces it is an object, or it is not JSON; only of JSON are the integers found in linear time.
    const isShallow = isWithin(MOST_DEEP, JSON.parse(text))
    return isShallow ? (JSON.parse(quoteLongIntegers(text)) as JsonObject) : undefined
  } catch {
    return undefined
  }
}
