/** What taking a snapshot needs from outside: leave to spend one, a clock, and somebody to tell. */
export interface SnapshotDesk {
  /** The command that may spend one without being asked. */
  readonly command: string
  /** That was said already. */
  readonly allowed: boolean
  /**
   * Resolves when one may be spent; else the Failure that says what to do. `reason`: what cannot be done without;
   * `instead`: what needs none.
   */
  consent(reason: string, instead?: string): Promise<void>
  /** A line for a person. */
  tell(line: string): void
  /** Milliseconds since the epoch. */
  now(): number
  /** Waits, and says for what where somebody watches. */
  wait(milliseconds: number, why: string): Promise<void>
}
