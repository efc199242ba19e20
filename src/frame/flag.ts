import { Failure } from '../errors.ts'
import { parseUnitDuration } from '../settings/duration.ts'
import { safeText } from '../text/safe-text.ts'
import { parseNanos } from '../trace/nanos.ts'

/**
 * One flag or argument of a verb: how it is typed, what it means, and how it reads what was typed. Help, completion, manual
 * pages, and the JSON schema of the tools come from it.
 */
export interface Flag<T> {
  readonly help: string
  /** What follows the flag: `<duration>`. Absent: a switch. */
  readonly takes?: string
  /** The one letter for it: `-s`. */
  readonly short?: string
  readonly choices?: readonly string[]
  /** A hint at what else people mean by a word that is none of the choices. */
  readonly instead?: string
  readonly repeats?: true
  /** The value is a whole number. */
  readonly counts?: true
  /** Taken to say why not: no help shows it. */
  readonly isHidden?: true
  /** Its place among the arguments: it isn't a flag. */
  readonly argument?: number
  /** A switch that is on, and off by `--no-bars`. */
  readonly no?: true
  /** Another spelling, which help does not show. */
  readonly alias?: string
  /** Reads what was typed; `name` as typed: `--min`. Failure `usage`: not a value of this flag. */
  read(typed: unknown, name: string, now: number): T
}

/** The flags of a verb by their camelCase name: `--min-ttl` is `minTtl`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>

/** What a verb gets: the value of each of its flags. */
export type ValuesOf<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never }

type More = Partial<
  Pick<Flag<unknown>, 'isHidden' | 'short' | 'alias' | 'counts' | 'argument' | 'no' | 'instead'>
>

/** A switch. With `no` it is on until it is switched off. */
export const bool = (help: string, more: More = {}): Flag<boolean> => ({
  help,
  ...more,
  read: (typed) => typed === true,
})

/** A flag with a value that `read` understands; undefined: not typed. */
export const value = <T>(
  takes: string,
  help: string,
  read: (typed: string, name: string, now: number) => T,
  more: More = {},
): Flag<T | undefined> => ({
  help,
  takes,
  ...more,
  read: (typed, name, now) => (typeof typed === 'string' ? read(typed, name, now) : undefined),
})

export const text = (takes: string, help: string, more: More = {}): Flag<string | undefined> =>
  value(takes, help, (typed) => typed, more)

export const choice = <const C extends string>(
  takes: string,
  help: string,
  choices: readonly C[],
  more: More = {},
): Flag<C | undefined> => ({ ...value(takes, help, (typed) => typed as C, more), choices })

/** How long a span took, in nanoseconds: `500ms`. */
export const nanos = (help: string): Flag<number | undefined> => value('<duration>', help, parseNanos)

/** How far back, in seconds: `1h30m`. */
export const duration = (help: string): Flag<number | undefined> =>
  value('<duration>', help, parseUnitDuration)

/** A whole number from 1 to `most`. Failure `usage`. */
export function readCount(text: string, flag: string, most = 1_000_000): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a whole number from 1 to ${most}`, {
    hint: number > most ? `The largest is ${flag} ${most}.` : `Write it like ${flag} 20, or leave it out.`,
  })
}

/** A whole number from 1 to `most`. */
export const count = (help: string, most?: number, more: More = {}): Flag<number | undefined> =>
  value('<count>', help, (typed, name) => readCount(typed, name, most), { ...more, counts: true })

/** A value that may be typed several times; empty: not typed. */
export const repeated = <T>(
  takes: string,
  help: string,
  read: (typed: readonly string[], name: string) => readonly T[],
  more: More = {},
): Flag<readonly T[]> => ({
  help,
  takes,
  ...more,
  repeats: true,
  read: (typed, name) => (Array.isArray(typed) ? read(typed, name) : []),
})

export const texts = (takes: string, help: string, more: More = {}): Flag<readonly string[]> =>
  repeated(takes, help, (typed) => typed, more)
