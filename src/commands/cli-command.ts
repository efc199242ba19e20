import type { Invocation } from './invocation.ts'

/** What was typed behind a command's words, as the parser found it: nothing is judged yet. */
export interface Typed {
  readonly args: readonly string[]
  /** Flags by their camelCase name: `--min-ttl 5m` is `minTtl: '5m'`. */
  readonly flags: Readonly<Record<string, unknown>>
  /** `--json`. */
  readonly json: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * A word a user types, as two steps. `read` turns flags into typed options and judges every value (Failure `usage`); it
 * does no I/O. `run` gets them: so a mistyped value is found before a file, the keychain or the network is touched.
 */
export interface CliCommand<Options> {
  read(typed: Typed): Options
  run(invocation: Invocation, options: Options): Promise<void>
}

/** Any of them, as the command tree keeps them. */
export interface AnyCommand {
  read(typed: Typed): unknown
  run(invocation: Invocation, options: never): Promise<void>
}
