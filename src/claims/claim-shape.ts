/**
 * Providers write one concept in several shapes: a list as one string, `"true"` for true.
 * Each parser gives the value, or `undefined` for a shape it does not know: a claim of a wrong shape counts
 * as absent.
 */

/** A parser of one shape; `name`: of the claim (matters for `custom:` claims). */
export type Shape<T> = (raw: unknown, name: string) => T | undefined

/** A non-empty string. Numbers are rejected as identifiers: two programs may print one number in two ways. */
export const asNonEmptyText: Shape<string> = (raw) =>
  typeof raw === 'string' && raw !== '' ? raw : undefined

/** A JSON boolean, or its name in a string. */
export const asFlag: Shape<boolean> = (raw) => {
  if (typeof raw === 'boolean') return raw
  return raw === 'true' ? true : raw === 'false' ? false : undefined
}

/** NumericDate (RFC 7519 §2) in seconds since the epoch, maybe fractional. Who checks a token takes no text for one. */
export const asSeconds: Shape<number> = (raw) =>
  typeof raw === 'number' && Number.isFinite(raw) && raw >= 0 ? raw : undefined

/** The same for `auth_time`, which some providers write as 0 when they do not know it. */
export const asTimeOfSignIn: Shape<number> = (raw, name) => asSeconds(raw, name) || undefined

/**
 * A list, or one value as a list of one. A string is split only in `custom:` claims, where a user pool writes a list
 * from another provider as text: JSON, `[a, b]` or `a,b`.
 */
export const asList: Shape<readonly string[]> = (raw, name) => {
  if (typeof raw !== 'string') return listed(raw)
  return name.startsWith('custom:') ? squeezedList(raw) : strings([raw])
}

/** The scopes of a string (RFC 6749 §3.3). */
export const splitScopes = (text: string): readonly string[] => strings(text.split(' '))

/** Scopes: a list, or one string with spaces between (RFC 6749 §3.3; a scope may hold a comma). */
export const asScopes: Shape<readonly string[]> = (raw) => {
  if (typeof raw === 'string') return splitScopes(raw)
  return listed(raw)
}

function squeezedList(text: string): readonly string[] | undefined {
  const trimmed = text.trim()
  // Not JSON: some languages print a list as `[ops, dev]`.
  const printed = () => trimmed.replace(/^\[/, '').replace(/\]$/, '').split(',')
  const list = jsonList(trimmed)
  return list === undefined ? strings(printed().map((part) => part.trim())) : listed(list)
}

function jsonList(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** A list without any text is of a wrong shape, unless it is empty: the meaning of objects is unknown. */
function listed(raw: unknown): readonly string[] | undefined {
  if (!Array.isArray(raw)) return undefined
  const isOfOthers = raw.length > 0 && !raw.some((value) => typeof value === 'string')
  return isOfOthers ? undefined : strings(raw)
}

/** Whether a list has items beside those that {@link asList} and {@link asScopes} give: their meaning is unknown. */
export function hasOtherItems(raw: unknown, name: string): boolean {
  const list = typeof raw === 'string' && name.startsWith('custom:') ? jsonList(raw.trim()) : raw
  return Array.isArray(list) && list.some((item) => typeof item !== 'string' && item !== null)
}

/** The non-empty strings of a list, without duplicates, in their order. */
function strings(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))]
}

/** One value of a list; in quotation marks when it would read as two. */
export const quoted = (value: string): string => (/[\s"]/.test(value) ? JSON.stringify(value) : value)
