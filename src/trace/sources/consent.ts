/** What taking a snapshot needs from outside: the user's consent to spend one, a clock, and a place for messages. */
export interface SnapshotConsent {
  /** The command line that gives consent beforehand. */
  readonly command: string
  /** Consent was given beforehand (`--snapshot`). */
  readonly allowed: boolean
  /**
   * Asks for consent. Resolves when it is given; Failure `cannot-do` when nobody can be asked, `declined` when it is
   * refused. `reason`: what is impossible without a snapshot; `instead`: what needs none.
   */
  request(reason: string, instead?: string): Promise<void>
  /** Prints a line for the user. */
  tell(line: string): void
  /** Milliseconds since the epoch. */
  now(): number
  /** Sleeps; on a terminal it prints why. */
  wait(milliseconds: number, why: string): Promise<void>
}
