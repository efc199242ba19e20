import { attribute, type Span } from '../model.ts'
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
  const exceptions = exceptionsOf(span)
  return firstOf([
    ...exceptions.map((one) => ofException(one, 'message')),
    ofAttribute(span, 'exception.message'),
    { text: span.statusMessage, from: 'the status message' },
    ofAttribute(span, 'error.message'),
    ...exceptions.map((one) => ofException(one, 'type')),
    ofAttribute(span, 'exception.type'),
    ofAttribute(span, 'error.type'),
  ])
}

type MaybeText = { readonly text: string | undefined; readonly from: string }

function firstOf(said: readonly MaybeText[]): ErrorText | undefined {
  for (const { text, from } of said) if (text !== undefined && text.trim() !== '') return { text, from }
  return undefined
}

function ofException(exception: RecordedException, part: 'message' | 'type'): MaybeText {
  const { key, text } = exception[part] ?? { key: '', text: undefined }
  const { event } = exception
  return { text, from: event === undefined ? `the attribute ${key}` : `${key} of the event ${event.name}` }
}

function ofAttribute(span: Span, key: string): MaybeText {
  const value = attribute(span.attributes, key)
  return { text: typeof value === 'string' ? value : undefined, from: `the attribute ${key}` }
}
