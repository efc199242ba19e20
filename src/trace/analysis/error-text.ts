import { type Attributes, type AttributeValue, attribute, type Span } from '../model.ts'
import { exceptionsOf, type RecordedException } from './exceptions.ts'

/** What a span says about its error, not yet sanitized for a terminal. */
export interface ErrorText {
  readonly text: string
  /** Where it stands in the span, in words. */
  readonly from: string
}

/**
 * The most specific text about the error of a span: the message of an exception before the status message (which many
 * frameworks fill with "internal"), messages before mere types.
 */
export function errorText(span: Span): ErrorText | undefined {
  // Read once: they are parsed and masked on each access.
  const { attributes, events } = span
  const exceptions = exceptionsOf({ attributes, events })
  return (
    firstOf(exceptions, 'message') ??
    ofAttribute(attributes, 'exception.message') ??
    errorIn(span.statusMessage, 'the status message') ??
    ofAttribute(attributes, 'error.message') ??
    firstOf(exceptions, 'type') ??
    ofAttribute(attributes, 'exception.type') ??
    ofAttribute(attributes, 'error.type')
  )
}

function firstOf(exceptions: readonly RecordedException[], part: 'message' | 'type'): ErrorText | undefined {
  for (const { event, [part]: said } of exceptions) {
    if (said === undefined) continue
    const { key, text } = said
    return { text, from: event === undefined ? `the attribute ${key}` : `${key} of the event ${event.name}` }
  }
  return undefined
}

function ofAttribute(attributes: Attributes, key: string): ErrorText | undefined {
  return errorIn(attribute(attributes, key), `the attribute ${key}`)
}

function errorIn(value: AttributeValue | undefined, from: string): ErrorText | undefined {
  return typeof value === 'string' && value.trim() !== '' ? { text: value, from } : undefined
}
