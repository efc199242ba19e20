/**
 * Providers write one idea in several shapes: a list as one string, a time as text, `"true"` for true.
 * Each reader gives the value, or `undefined` for a shape it does not know: a wrong shape is an absent
 * claim, never a guess.
 */

/** A reader of one shape; `name` is the claim's, for the few whose name decides. */
export type Shape<T> = (raw: unknown, name: string) => T | undefined

/** A non-empty string. Numbers are no identifiers here: two readers may print one number in two ways. */
export const asNonEmptyText: Shape<string> = (raw) =>
  typeof raw === 'string' && raw !== '' ? raw : undefined

/** A JSON boolean, or its name in a string. */
export const asFlag: Shape<boolean> = (raw) => {
  if (typeof raw === 'boolean') return raw
  return raw === 'true' ? true : raw === 'false' ? false : undefined
}

/** NumericDate (RFC 7519 §2) in seconds since the epoch, maybe fractional, maybe written as a string. */
export const asSeconds: Shape<number> = (raw) => {
  const number = typeof raw === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(raw) ? Number(raw) : raw
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}

/**
 * A list, or one value for a list of one. A string is split only in `custom:` claims, where a user pool
 * squeezes a list from another provider into text: JSON, `[a, b]` or `a,b`.
 */
export const asList: Shape<readonly string[]> = (raw, name) => {
  if (typeof raw !== 'string') return Array.isArray(raw) ? strings(raw) : undefined
  return name.startsWith('custom:') ? squeezedList(raw) : strings([raw])
}

/** Scopes: a list, or one string with spaces between (RFC 6749 §3.3; a scope may hold a comma). */
export const asScopes: Shape<readonly string[]> = (raw) => {
  if (typeof raw === 'string') return strings(raw.split(' '))
  return Array.isArray(raw) ? strings(raw) : undefined
}

function squeezedList(text: string): readonly string[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(trimmed)
      if (Array.isArray(parsed)) return strings(parsed)
    } catch {
      // `[ops, dev]` is how a list is printed by some languages; read below.
    }
  }
  const inner = trimmed.replace(/^\[/, '').replace(/\]$/, '')
  return strings(inner.split(',').map((part) => part.trim()))
}

/** Non-empty strings, each once, in their order; anything else in a list is nothing we could compare. */
function strings(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))]
}
