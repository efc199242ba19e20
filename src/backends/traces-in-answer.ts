import { Failure } from '../errors.ts'
import { isObject, type JsonObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'
import { textField } from '../trace/attributes.ts'
import { readTraces } from '../trace/formats/sniff.ts'
import type { Trace } from '../trace/model.ts'
import type { TraceFilter } from '../trace/search.ts'
import type { ApiAnswer, Send } from './trace-source.ts'

/**
 * The traces in an answer, in any format. Failure `api-failed` about this back end for unreadable ones: the bytes alone may
 * look like another's. A body that is gzipped once more is limited to `maxBytes` after decompression. `onEmptyPart`: called
 * with the reason of a partial answer without spans.
 */
export const tracesInAnswer = (
  { body, maxBytes }: Pick<ApiAnswer, 'body' | 'maxBytes'>,
  backend: string,
  onEmptyPart?: (why: string) => void,
): Trace[] =>
  readTraces(body, {
    explain: (error) => explainUnreadable(error, backend),
    maxBytes,
    ...(onEmptyPart && { onEmptyPart }),
  })

/** Rewords the Failure of an unreadable trace as one about the back end's answer; returns any other error unchanged. */
export function explainUnreadable(error: unknown, backend: string): unknown {
  if (!(error instanceof Failure)) return error
  const { reason } = error
  if (reason !== 'no-trace' && reason !== 'broken-json' && reason !== 'damaged-trace') return error
  return new Failure('api-failed', `${backend} did not answer with a trace: ${error.message}`, {
    hint:
      reason === 'broken-json'
        ? `Try again. If it keeps failing, ask whoever runs ${backend} or a gateway before it.`
        : `Check that api in the profile is the base URL of ${backend}. --debug shows the requests.`,
    cause: error,
  })
}

/**
 * The list in an answer, from the first of `members` that is present. Absent or null is an empty list (servers in Go
 * omit empty lists). Failure `api-failed` for anything else: it must not read as "nothing found".
 */
export function listInAnswer(body: unknown, members: readonly string[], backend: string): readonly unknown[] {
  if (!isObject(body)) throw foreignList(backend)
  const list = members.map((name) => body[name]).find((value) => value !== undefined && value !== null)
  if (list === undefined) return []
  if (!Array.isArray(list)) throw foreignList(backend)
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
  if (items.length === 0 && list.length > 0) throw foreignList(backend)
  return items
}

/** Failure `api-failed` where an answer is none of this back end's: it must not read as "nothing found". */
export const foreignList = (backend: string): Failure =>
  new Failure('api-failed', `${backend} did not answer with the requested list`, {
    hint: `Check that api in the profile is the base URL of ${backend}.`,
  })

/** Whether it is the back end at all that answers with 404, which else would pass for "there is no such trace". */
interface AddressCheck {
  readonly send: Send
  /** Throws what `noApi` gives when paths were not found, none has answered, and the back end is missing; asks once at most. */
  check(): Promise<void>
}

/** `isThere` asks for a path that every version has. Whatever goes wrong with that question says nothing. */
export function addressCheck(
  send: Send,
  isThere: (send: Send) => Promise<boolean>,
  noApi: () => Failure,
): AddressCheck {
  let missed = false
  let answered = false
  let asked: Promise<boolean> | undefined
  return {
    async send(request) {
      const answer = await send(request)
      missed ||= answer.status === 404
      answered ||= answer.status < 300
      return answer
    },
    async check() {
      if (!missed || answered) return
      asked ??= isThere(send).catch(() => true)
      if (!(await asked)) throw noApi()
    },
  }
}

/** Failure `cannot-do` for conditions other than `=`, and for fields that aren't attributes: for back ends that cannot compare them. */
export function requireEqualAttributes({ attributes }: TraceFilter, backend: string): void {
  const [field] = attributes.find(([key]) => textField(key) !== undefined) ?? []
  if (field !== undefined) {
    throw new Failure('cannot-do', `${backend} does not search by ${field}, which is not an attribute`, {
      hint: 'Drop it. trace get supports it, for the spans of one trace.',
    })
  }
  const other = attributes.find(([, , operator = '=']) => operator !== '=')
  if (other === undefined) return
  const [key, value, operator] = other
  throw new Failure('cannot-do', `${backend} only searches for equal attributes: --attr key=value`, {
    hint: `Drop --attr '${safeText(`${key}${operator}${value}`, 60)}'. trace get supports it, for the spans of one trace.`,
  })
}
