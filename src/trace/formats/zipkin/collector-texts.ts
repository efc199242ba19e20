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
  const [start, end] = [text.indexOf('|{'), text.lastIndexOf('}|')]
  if (start < 0 || end < start || !/^\d{1,10}$/.test(text.slice(end + 2))) return undefined
  const object = parsedObject(text.slice(start + 1, end + 1))
  return object && { before: text.slice(0, start), attributes: asAttributes(object) }
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    // In braces it is an object, or it is not JSON.
    return JSON.parse(quoteLongIntegers(text)) as JsonObject
  } catch {
    return undefined
  }
}
