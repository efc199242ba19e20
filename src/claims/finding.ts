/** The result of an assertion. `unknown` never counts as a pass. */
export type Verdict = 'pass' | 'fail' | 'unknown'

/** Why the result of an assertion is unknown. */
export type UnknownReason =
  | 'opaque'
  | 'claim-absent'
  | 'overage'
  | 'unsupported'
  | 'unreadable'
  | 'unverified-signature'
  | 'bad-signature'
  | 'not-configured'

/**
 * How two values were compared. `any-of`: one of the expected values is among the actual ones; `like`: one of the actual
 * values fits a pattern with `*`; the others are those of `check --claim`.
 */
export type Operator = '==' | '!=' | '>=' | '<=' | '>' | '<' | 'contains' | 'exists' | 'any-of' | 'like'

/** The values of an assertion for programs: times in seconds since the epoch, durations in seconds. */
export interface ComparedValues {
  readonly operator: Operator
  readonly expected: unknown
  /** Null: the token does not say. */
  readonly actual: unknown
}

/**
 * One assertion and its result. `assertion` is a stable name that scripts may match. `actual` and
 * `expected` can hold text from a token: sanitize them before they reach a terminal.
 */
export interface Finding {
  readonly assertion: string
  readonly expected: string
  readonly actual: string
  readonly verdict: Verdict
  /** The same for programs. */
  readonly values: ComparedValues
  /** For `unknown` only. */
  readonly reason?: UnknownReason
  /** The claim the actual value was read from. */
  readonly source?: string
  /** A sentence that explains the result. */
  readonly note?: string
}

/** `fail` when a finding fails, else `unknown` when one is unknown. An empty list is `unknown`, because it asserts nothing. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.verdict === 'fail')) return 'fail'
  return findings.length > 0 && findings.every((finding) => finding.verdict === 'pass') ? 'pass' : 'unknown'
}

/** The same assertion with the result `unknown`. */
export function asUnknown(finding: Omit<Finding, 'verdict'>, reason: UnknownReason): Finding {
  return { ...finding, verdict: 'unknown', reason }
}

/** Why what a token does not say is unknown, by the status of the value. */
export const REASONS = {
  absent: 'claim-absent',
  overage: 'overage',
  unsupported: 'unsupported',
  unreadable: 'unreadable',
} as const satisfies Record<string, UnknownReason>
