import type { Verb as Capability } from '../backends/backend.ts'
import type { Invocation } from '../commands/invocation.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { API_SETTINGS, type SettingName } from '../settings/setting-table.ts'
import type { Answer } from './answer.ts'
import { type ExitStatus, OF_THE_API } from './exit-statuses.ts'
import type { Flags, ValuesOf } from './flag.ts'
import type { ReadVariable } from './variables.ts'

/** A command line to copy, and what it does. */
export interface Example {
  readonly does: string
  readonly line: string
}

/** A verb as a tool of an agent. Its arguments are flags of the verb, with their names and texts. */
export interface ToolOf<F extends Flags> {
  readonly name: string
  readonly title: string
  /** For the agent: what it answers, and when to use it. */
  readonly description: string
  /** What it asks the back end for; absent: nothing. */
  readonly asks?: Capability
  readonly takes: readonly (keyof F & string)[]
  readonly required?: readonly (keyof F & string)[]
  /** The largest numbers that it takes. */
  readonly most?: Partial<Record<keyof F & string, number>>
  /** Flags that an agent leaves out, with their typed values. */
  readonly usual?: Partial<Record<keyof F & string, string>>
}

/** What can stand in one place of a command line: files, a list that is read when it is needed, or these words. */
export type Completion =
  | 'files'
  | 'programs'
  | 'profiles'
  | 'services'
  | 'setting names'
  | 'setting values'
  | readonly string[]

/** What one command takes, and what it answers: help, completion, tools and every output format come from this value. */
export interface Verb<F extends Flags = Flags> {
  /** Its arguments after the words: `[id]`. */
  readonly args?: string
  /** For the list of commands; a tool without a command has none. */
  readonly summary?: string
  readonly flags: F
  /**
   * What `-o` takes, which stands last in help unless `output` is among the flags. The first one is for people; `agent`, `json`,
   * `ndjson` and `csv` mean the same everywhere.
   */
  readonly formats: readonly string[]
  readonly settings?: 'all' | readonly SettingName[]
  /** What a shell offers for each argument, in order. */
  readonly completes?: readonly Completion[]
  readonly variables?: readonly ReadVariable[]
  readonly exits?: readonly ExitStatus[]
  readonly examples: readonly Example[]
  /** Exit status of every failure of its own, where the others are those of the program that it runs. */
  readonly failsWith?: number
  readonly tools?: readonly ToolOf<F>[]
  /**
   * Does the work, and prints no part of the answer. Its notes on the way go to the invocation. `now`: when the flags were read.
   * Undefined, or an exit status alone: it printed by itself. Failures: its own.
   */
  run(invocation: Invocation, flags: ValuesOf<F>, format: string, now: number): Promise<Answer | undefined>
}

/** Checks a verb against its own flags. */
export const verb = <const F extends Flags>(it: Verb<F>): Verb<F> => it

/** What every verb has that asks the trace API. */
export const ASKS_API = {
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN'],
  exits: OF_THE_API,
} as const satisfies Partial<Verb>

export const LIST_FORMATS = ['list', 'json', 'ndjson', 'agent'] as const

/** Reads all flags of a line. `args`: its arguments. Failure `usage`: the first wrong one. */
export function readFlags<F extends Flags>(
  flags: F,
  typed: Readonly<Record<string, unknown>>,
  args: readonly string[],
  now: number,
): ValuesOf<F> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      flag.read(flag.argument === undefined ? typed[name] : args[flag.argument], typedFlag(name), now),
    ]),
  ) as ValuesOf<F>
}
