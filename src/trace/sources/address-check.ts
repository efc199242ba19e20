import type { Failure } from '../../errors.ts'
import type { Send } from './trace-source.ts'

/** Whether it is the back end at all that answers with 404, which else would pass for "there is no such trace". */
export interface AddressCheck {
  readonly send: Send
  /** Throws what `noApi` gives when paths were not found, none has answered, and the back end is not there; asks once at most. */
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
