import type { Invocation } from './invocation.ts'

/** Arguments and flags as the parser gives them: not validated yet. */
export interface Typed {
  readonly args: readonly string[]
  /** Flags by their camelCase name: `--min-ttl 5m` is `minTtl: '5m'`. */
  readonly flags: Readonly<Record<string, unknown>>
  /** `--json`. */
  readonly json: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Flags by their camelCase name, not validated. */
export type Flags = Typed['flags']

/**
 * A command in two steps. `read` turns flags into typed options and validates every value (Failure `usage`), without
 * I/O. `run` gets them. So a mistyped value is reported before a file, the keychain or the network is touched. It gives the exit
 * status where that is not 0.
 */
export interface CliCommand<Options> {
  read(typed: Typed): Options
  run(invocation: Invocation, options: Options): Promise<void> | Promise<number>
}

/** Any command, for the command tree. */
export interface AnyCommand {
  read(typed: Typed): unknown
  run(invocation: Invocation, options: never): Promise<void> | Promise<number>
}
