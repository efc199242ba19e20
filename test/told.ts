import { Failure } from '../src/errors.ts'

/** A failure as a person reads it: its code, the two lines, and the lines below them. */
export function told(failure: unknown): string[] {
  if (!(failure instanceof Failure)) throw failure
  return [`${failure.code}: ${failure.message}`, failure.hint, ...failure.detail]
}

/** What a call that must fail tells. */
export async function toldBy(work: () => unknown): Promise<string[]> {
  let result: unknown
  try {
    result = await work()
  } catch (error) {
    return told(error)
  }
  throw new Error(`it did not fail, but gave ${JSON.stringify(result)}`)
}
