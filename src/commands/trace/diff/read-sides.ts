import { Failure } from '../../../errors.ts'
import type { TraceReference } from '../../../trace/id.ts'
import type { TraceFilter } from '../../../trace/search.ts'
import type { Flags, Typed } from '../../cli-command.ts'
import { readFilter } from '../search-filter.ts'
import { namesTimes } from '../time-range.ts'
import { readTraceArgument, readTraceId, type TraceArgument } from '../trace-argument.ts'
import { searchFlags } from './search-words.ts'
import { ofSide } from './side-failure.ts'

/** One side of a comparison: a trace, or a search. */
export type Side = TraceSide | SearchSide

/** One trace. */
export interface TraceSide {
  readonly letter: 'a' | 'b'
  readonly argument: TraceArgument
  /** Which trace of a file. */
  readonly wanted: TraceReference | undefined
}

/** All traces that a search finds. */
export interface SearchSide {
  readonly letter: 'a' | 'b'
  /** As it was typed. */
  readonly text: string
  /** The same as flags of `trace search`. */
  readonly flags: Flags
  readonly filter: TraceFilter
  /** Instead of the profile's back end. */
  readonly file: string | undefined
}

/** The sides: arguments in their order, for A or B or both, where no search is given. Failure `usage`. */
export function readSides({ args, flags, now }: Typed): readonly [a: Side, b: Side] {
  const left = [...args]
  const side = (letter: 'a' | 'b'): Side | undefined => {
    const search = flags[letter]
    if (typeof search === 'string') return searchSide(letter, search, now)
    const text = left.shift()
    return text === undefined ? undefined : traceSide(letter, text, flags)
  }
  const [a, b] = [side('a'), side('b')]
  if (left.length > 0) throw tooMany()
  if (!a || !b) throw tooFew(a !== undefined || b !== undefined)
  if (readsInput(a) && readsInput(b)) throw oneInput()
  return [a, b]
}

function searchSide(letter: 'a' | 'b', text: string, now: number): SearchSide {
  const flag = `--${letter}`
  const flags = searchFlags(text, flag)
  const file = flags.file as string | undefined
  try {
    return {
      letter,
      text,
      flags,
      file,
      filter: readFilter(flags, now, file !== undefined && !namesTimes(flags)),
    }
  } catch (error) {
    throw error instanceof Failure ? ofSide(flag, error) : error
  }
}

function traceSide(letter: 'a' | 'b', text: string, flags: Flags): TraceSide {
  const wanted = flags[letter === 'a' ? 'traceA' : 'traceB']
  return {
    letter,
    argument: readTraceArgument(text),
    wanted: typeof wanted === 'string' ? readTraceId(wanted, `--trace-${letter}`) : undefined,
  }
}

/** The file that a side is read from, or `-`. */
export function fileOf(side: Side): string | undefined {
  if ('filter' in side) return side.file
  return side.argument.kind === 'file' ? side.argument.path : undefined
}

const readsInput = (side: Side): boolean => fileOf(side) === '-'

const tooFew = (isOne: boolean): Failure =>
  new Failure('usage', isOne ? 'there is nothing to compare it with' : 'no trace is named', {
    hint: "Give two ids or files: ls-auth trace diff ID ID. In place of one of them: --a or --b 'service=checkout since=1d'",
  })

const tooMany = (): Failure =>
  new Failure('usage', 'there are more than two sides', {
    hint: '--a takes the place of the first trace, --b that of the second.',
  })

const oneInput = (): Failure =>
  new Failure('usage', 'both sides are standard input, which can be read once', {
    hint: 'Save one of them into a file.',
  })
