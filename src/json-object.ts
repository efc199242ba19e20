/** A JSON object of unknown members. */
export type JsonObject = { readonly [name: string]: unknown }

/** Whether a parsed JSON value is an object: no array, no null, no scalar. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parses untrusted text as a JSON object; undefined for anything else, and for no text. Never throws, because the error
 * message of `JSON.parse` quotes the text, which may hold a token.
 */
export function jsonObject(text: string | Buffer | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(String(text))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
