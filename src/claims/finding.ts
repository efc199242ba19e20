/** An answer to an assertion. `unknown` is never a pass: what cannot be seen has not been shown. */
export type Verdict = 'pass' | 'fail' | 'unknown'

/** Why an assertion could not be answered. */
export type UnknownReason =
  | 'opaque'
  | 'claim-absent'
  | 'overage'
  | 'unsupported'
  | 'unverified-signature'
  | 'bad-signature'

/**
 * One assertion and its answer. `assertion` is a stable name that scripts may match. `actual` and
 * `expected` can hold text from a token: make them safe before they reach a terminal.
 */
export interface Finding {
  readonly assertion: string
  readonly expected: string
  readonly actual: string
  readonly verdict: Verdict
  /** There for `unknown` only. */
  readonly reason?: UnknownReason
  /** The claim the actual value was read from. */
  readonly source?: string
  /** A sentence that helps to read the answer. */
  readonly note?: string
}

/**
 * The answer to all of them: one `fail` decides, then one `unknown`. Nothing asserted is nothing shown,
 * so an empty list is `unknown`.
 */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.verdict === 'fail')) return 'fail'
  return findings.length > 0 && findings.every((finding) => finding.verdict === 'pass') ? 'pass' : 'unknown'
}

/** The same assertion, answered `unknown`. */
export function asUnknown(finding: Finding, reason: UnknownReason): Finding {
  return { ...finding, verdict: 'unknown', reason }
}
