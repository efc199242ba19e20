import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'

/**
 * The list in an answer, from the first of `members` that is present. Absent or null is an empty list (servers in Go
 * omit empty lists). Failure `api-failed` for anything else: it must not read as "nothing found".
 */
export function listInAnswer(body: unknown, members: readonly string[], backend: string): readonly unknown[] {
  if (!isObject(body)) throw foreign(backend)
  const list = members.map((name) => body[name]).find((value) => value !== undefined && value !== null)
  if (list === undefined) return []
  if (!Array.isArray(list)) throw foreign(backend)
  return list
}

/**
 * What `read` makes of the items of a list. Failure `api-failed` where it can read none of them: that, too, must not read as
 * "nothing found".
 */
export function readItems<Item>(
  list: readonly unknown[],
  backend: string,
  read: (item: JsonObject) => readonly Item[],
): Item[] {
  const items = list.filter(isObject).flatMap(read)
  if (items.length === 0 && list.length > 0) throw foreign(backend)
  return items
}

const foreign = (backend: string): Failure =>
  new Failure('api-failed', `${backend} answered with something that is not the list asked for`, {
    hint: `Check that api in the profile is the base URL of ${backend}.`,
  })
