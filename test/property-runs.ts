/** How many inputs a property is tried with: as many as usual, or LS_AUTH_RUNS. Mutation, which runs it often, needs few. */
export function runsOf(usual: number): number {
  return Number(process.env.LS_AUTH_RUNS ?? usual)
}
