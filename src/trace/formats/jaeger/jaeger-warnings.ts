import type { AttributeValue } from '../../model.ts'

/**
 * Where Jaeger keeps what its query service says about a span: an attribute in v3 (jaeger `jptrace/warning.go`), the
 * member `warnings` in the UI's JSON. Read, both are this attribute.
 */
export const JAEGER_WARNINGS = '@jaeger@warnings'

/** The two texts for a trace over `max_trace_size`, of which the rest was left out. */
const CUT = /\bmore than \d+ spans\b|\btrace size exceeded\b/

/** Whether a warning says that the trace is not whole. */
export const saysCut = (warning: string): boolean => CUT.test(warning)

/** The texts of the attribute or of a member `warnings`: a list, or a list as the text of a tag. */
export function warningTexts(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? listInText(value) : value
  return Array.isArray(list) ? (list as unknown[]).filter((text): text is string => isText(text)) : []
}

/** A member `warnings` as the attribute; undefined when it says nothing. */
export function warningsAttribute(value: unknown): [key: string, value: AttributeValue] | undefined {
  const texts = warningTexts(value)
  return texts.length === 0 ? undefined : [JAEGER_WARNINGS, texts]
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function listInText(text: string): unknown {
  if (!text.startsWith('[')) return [text]
  try {
    return JSON.parse(text)
  } catch {
    return [text]
  }
}
