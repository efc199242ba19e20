/** A JSON object of unknown members. */
export type JsonObject = { readonly [name: string]: unknown }

/** What `{…}` reads as: no list, no null, no scalar. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The JSON object that a text of somebody else's holds; undefined for anything else. Never throws: the message of
 * `JSON.parse` quotes the text, which may hold a token.
 */
export function jsonObject(text: string | Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
