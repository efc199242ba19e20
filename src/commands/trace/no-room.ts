import { type Invocation, tell } from '../invocation.ts'

/** Tells a person of the columns that a table had no room for; in a pipe nobody reads it. */
export function tellNoRoom(invocation: Invocation, heads: readonly string[]): void {
  if (heads.length > 0 && invocation.ports.terminal.outIsTTY)
    tell(invocation, `note: no room here for ${heads.join(', ')}; -o json has all`)
}
