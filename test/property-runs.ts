/**
 * How many inputs a property is tried with: as many as usual where all tests run (CI) or with LS_AUTH_RUNS=usual, a tenth in
 * `npm test` (vitest.config.ts says so in a line), or LS_AUTH_RUNS. Mutation, which runs it often, needs few.
 */
export function runsOf(usual: number): number {
  const { LS_AUTH_RUNS, LS_AUTH_TEST_ALL } = process.env
  const wanted = LS_AUTH_RUNS ?? (LS_AUTH_TEST_ALL === '1' ? 'usual' : 'tenth')
  if (wanted === 'usual') return usual
  return wanted === 'tenth' ? Math.ceil(usual / 10) : Number(wanted)
}
