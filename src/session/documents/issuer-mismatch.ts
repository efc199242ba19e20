import { Failure } from '../../errors.ts'
import { type HintValues, hintFor } from '../../providers/hints.ts'
import type { Preset } from '../../providers/preset.ts'
import { safeText } from '../../text/safe-text.ts'

/** Failure `refused` with both strings and a caret at the first difference: a trailing slash is the usual one. */
export function issuerMismatch(expected: string, actual: unknown, hint?: string): Failure {
  const [a, b] = [safeText(expected, 300), safeText(typeof actual === 'string' ? actual : '(missing)', 300)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return new Failure('refused', 'the issuer in the answer is not the issuer of this profile', {
    detail: [`expected ${a}`, `received ${b}`, `         ${' '.repeat(at)}^`],
    hint:
      hint ??
      (typeof actual === 'string'
        ? 'If the received issuer is right, set exactly that as issuer. Otherwise stop here.'
        : 'The sender of the answer is unknown. Ask whoever runs the identity provider.'),
  })
}

/** Failure `refused` of a redirect without the `iss` that the metadata promise (RFC 9207 §2.4). */
export function missingIssuer({ id }: Preset, values: HintValues): Failure {
  return new Failure('refused', 'the answer names no issuer (iss), although the provider promises it', {
    hint: hintFor(id, { where: 'authorization', error: 'issuer-missing' }, values),
  })
}
