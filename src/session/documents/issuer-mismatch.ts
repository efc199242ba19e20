import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'

/** Failure `refused` with both strings and a caret at the first difference: a trailing slash is the usual one. */
export function issuerMismatch(expected: string, actual: unknown, hint?: string): Failure {
  const [a, b] = [safeText(expected, 300), safeText(typeof actual === 'string' ? actual : '(missing)', 300)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return new Failure('refused', 'the issuer in the answer is not the issuer of this profile', {
    detail: [`expected ${a}`, `received ${b}`, `         ${' '.repeat(at)}^`],
    hint:
      hint ?? 'If the received one is right, set it as issuer, character for character; otherwise stop here.',
  })
}
