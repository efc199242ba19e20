/** Brackets and quotes that stand around an id in a log or a chat. */
const AROUND = /^(?:"(.*)"|'(.*)'|`(.*)`|\[(.*)\]|\((.*)\)|<(.*)>|\{(.*)\})$/s

/**
 * The name of a field or header before an id: `trace_id=`, `"traceId": `, `Trace ID: `, `X-B3-TraceId: `. Not a host before its port:
 * `trace-ui:16686/trace/…`. Bounded: a text may repeat the words.
 */
const LABEL =
  /^["'`]?(?:[\w.-]{0,40}(?:trace|span)(?:[\w.-]{0,40}| id)|b3|root)["'`]?\s*(?:=|:(?!\d{1,5}\/))\s*/i

/** An X-Ray header begins with a field of its own, which belongs to its value. */
const IS_ROOT = /^root=/i

/** What nobody sees, and the byte order mark: chats and editors put it between words. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g
/** Quotes of JSON in a text of JSON, in which each level puts backslashes before them. */
const BACKSLASH = /\\(?=[\\"'`])/g

/** A text with the quotes of a programmer, and without characters that nobody sees. */
export const plain = (text: string): string =>
  text
    .replace(INVISIBLE, '')
    .replace(BACKSLASH, '')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛‹›]/g, "'")

/** A text without what stands around an id: brackets, quotes, the name of a field, punctuation. */
export function unwrapped(text: string): string {
  let bare = text.trim()
  // Each step makes it shorter.
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(/[.,;:!?]+$/, '')
    bare = bare.replace(
      AROUND,
      (_, ...inner: (string | undefined)[]) => inner.find((one) => one !== undefined) ?? '',
    )
    if (!IS_ROOT.test(bare)) bare = bare.replace(LABEL, '')
    // A quote or bracket whose other half went with the name of the field.
    bare = bare.replace(/^["'`]|["'`]$/g, '').trim()
  }
  return bare
}

/** Fields of a log line that hold an id; not `parent_span_id`. */
const FIELD =
  /(?<![\w.-])(?:x-b3-|dd\.|otel\.|mdc\.)?(trace|span)[ ._-]?id["'`]?\s*[=:]\s*["'`[]?([\w+/=-]{8,64})/gi

/**
 * The ids that a longer text names as such (`… trace_id=… span_id=…`), each only when there is just one. `isNone`: it names
 * nothing as an id.
 */
export function namedIds(text: string): {
  readonly trace: string | undefined
  readonly span: string | undefined
  readonly isNone: boolean
} {
  const found = { trace: new Set<string>(), span: new Set<string>() }
  for (const [, kind = '', id = ''] of text.matchAll(FIELD))
    found[kind.toLowerCase() as 'trace' | 'span'].add(id)
  const only = (ids: ReadonlySet<string>) => (ids.size === 1 ? [...ids][0] : undefined)
  const isNone = found.trace.size + found.span.size === 0
  return { trace: only(found.trace), span: only(found.span), isNone }
}
