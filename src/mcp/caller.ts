import type { OtherCaller } from '../commands/invocation.ts'

/** Characters of a client's name, in a header and in the record. */
const LONGEST = 60

/**
 * Who asks, from what the client says of itself. `info`: its name and version, as it gave them; `meta`: the `_meta` of the
 * request, with the `traceparent` of SEP-414. Both are texts of others.
 */
export function callerOf(info: unknown, meta: unknown): OtherCaller {
  const [name, version] = [textIn(info, 'name'), textIn(info, 'version')]
  const words = [name, version].filter((word) => word !== undefined).map(token)
  const client = words.join('/').slice(0, LONGEST)
  const parent = textIn(meta, 'traceparent')
  return { ...(client !== '' && { client }), ...(parent !== undefined && { parent }) }
}

/** What may stand in a comment of `User-Agent` (RFC 9110 §10.1.5), without its own signs. */
const token = (text: string): string =>
  text
    .trim()
    .replace(/[^\w.+-]+/g, '-')
    .slice(0, LONGEST)

function textIn(object: unknown, name: string): string | undefined {
  const value = (object as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
