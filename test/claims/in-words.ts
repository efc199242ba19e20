import type { Finding } from '../../src/claims/finding.ts'

/** What a finding says to people, without its values for programs. */
export const inWords = ({ values: _, ...words }: Finding): Omit<Finding, 'values'> => words
