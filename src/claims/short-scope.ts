import type { Finding } from './finding.ts'

/** A scope in two spellings: as it is asked for, and as the token has it. */
export interface ShortScope {
  readonly asked: string
  readonly held: string
}

/**
 * Scopes that fail for their spelling alone: some providers want a scope with its API before it (`api://traces/read`), and
 * write its last part alone into the token (`read`).
 */
export const shortScopes = (findings: readonly Finding[]): readonly ShortScope[] =>
  findings.flatMap(({ assertion, verdict, values: { expected, actual } }) => {
    if (assertion !== 'scope' || verdict !== 'fail' || typeof expected !== 'string') return []
    const held = expected.slice(expected.lastIndexOf('/') + 1)
    return held !== expected && Array.isArray(actual) && actual.includes(held)
      ? [{ asked: expected, held }]
      : []
  })
