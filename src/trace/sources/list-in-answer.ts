import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'

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

const foreign = (backend: string): Failure =>
  new Failure('api-failed', `${backend} answered with something that is not the list asked for`, {
    hint: `Check that api in the profile is the base URL of ${backend}.`,
  })
