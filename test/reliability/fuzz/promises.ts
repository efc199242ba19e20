import type { Ended } from './machine.ts'

/** As in src/safe-text.ts, written out again: the promise, not the code. Line breaks are the program's own. */
export const STEERING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u

/** Statuses that docs/scripts.md documents, but 1: that is a bug. */
const EXITS = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 125, 126, 127]
const ONE_ERROR = /^(?:(?!error: ).*\n)*error: .+\nhint: .+\n( {2}.*\n)*$/

/** Text that no output may hold but `token`'s. */
export const SECRET = 'SEKRIT'

/** What is promised about every command line, whatever it reads. */
export function brokenPromises({ exit, out, err }: Ended, exits: readonly number[] = EXITS): string[] {
  const broken: string[] = []
  if (exit !== 1 && !exits.includes(exit)) broken.push(`exit ${exit}: ${err}`)
  if (exit !== 0 && exit !== 5 && exit !== 1 && !ONE_ERROR.test(err) && !/^\{"error":.+\}\}$/m.test(err))
    broken.push(`no error in two lines: ${JSON.stringify(err)}`)
  const steering = STEERING.exec(out.replaceAll('\r\n', '\n')) ?? STEERING.exec(err)
  if (steering) broken.push(`prints U+${steering[0].codePointAt(0)?.toString(16)}`)
  if ((out + err).includes(SECRET)) broken.push('shows a secret')
  if (err.length > 20_000) broken.push(`${err.length} characters on stderr`)
  return broken
}
