import { Failure } from '../errors.ts'

/** What one process may be asked for: an agent that turns in a circle must come to an end. */
export interface Budget {
  /** To be called before a call is carried out. Failure `usage`: there are no more calls, or no more bytes. */
  spendCall(): void
  /** To be called with the text of an answer before it goes out. Failure `usage`: it is longer than what is left. */
  spendText(text: string): void
}

/** `maxBytes`: of UTF-8, all answers together; what says why there is none is not counted. */
export function openBudget({
  maxCalls,
  maxBytes,
}: {
  readonly maxCalls: number
  readonly maxBytes: number
}): Budget {
  let [calls, bytes] = [0, 0]
  return {
    spendCall() {
      if (calls >= maxCalls) throw spent(`${maxCalls} calls`, '--max-calls')
      if (bytes >= maxBytes) throw spent(`${maxBytes} bytes`, '--max-bytes')
      calls += 1
    },
    spendText(text) {
      const more = Buffer.byteLength(text)
      if (bytes + more > maxBytes)
        throw spent(`${maxBytes} bytes, of which ${maxBytes - bytes} are left,`, '--max-bytes')
      bytes += more
    },
  }
}

const spent = (what: string, flag: string): Failure =>
  new Failure('usage', `the budget of ${what} is spent`, {
    hint: `Tell the person what is known so far. A person can start the server anew, or with a higher ${flag}.`,
    reason: 'budget-spent',
  })
