import { Failure } from '../../../errors.ts'
import { nearName } from '../../../text/near-name.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import type { TraceReference } from '../../../trace/id.ts'
import type { TraceFilter } from '../../../trace/search.ts'
import type { Flags, Typed } from '../../cli-command.ts'
import { readFilter } from '../search-filter.ts'
import { namesTimes } from '../time-range.ts'
import { readTraceArgument, readTraceId, type TraceArgument } from '../trace-argument.ts'
import { ofSide } from './side-failure.ts'
import { ALONE, WITH_VALUE } from './side-words.ts'

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

/**
 * `service=checkout attr="http.route=/a b" error since=1d` → the flags of `trace search`. Values with blanks stand in
 * quotes. Failure `usage`, naming `flag` (`--a`).
 */
export function searchFlags(text: string, flag: string): Flags {
  const flags: Record<string, unknown> = {}
  for (const word of wordsOf(text, flag)) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/su.exec(word) ?? []
    if (value === undefined && ALONE.includes(key)) flags.error = true
    else if (ALONE.includes(key)) throw takesNone(key, flag)
    else if (!WITH_VALUE.includes(key)) throw unknownWord(key, value, flag)
    else if (value === undefined || value === '') throw noValue(key, flag)
    else if (key === 'attr') flags.attr = [...((flags.attr as string[] | undefined) ?? []), value]
    else if (key in flags)
      throw new Failure('usage', `${flag}: ${key} is there twice`, { hint: 'Give it once.' })
    else flags[key] = value
  }
  if (Object.keys(flags).length > 0) return flags
  throw new Failure('usage', `${flag} is empty`, { hint: EXAMPLE })
}

const EXAMPLE = "Write it like 'service=checkout since=1d'."
const QUOTED = `Write it like 'name="GET /cart" since=1d'.`

/** Split at blanks that are in no quotes; quotes are taken away. */
function wordsOf(text: string, flag: string): string[] {
  requireWholeQuotes(text, flag)
  const parts = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/gu) ?? []
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'/gu, (_, double, single) => double ?? single))
}

/** Failure `usage`: a quote that is not closed, or one that touches a letter, as in O'Brien, and is part of what is meant. */
function requireWholeQuotes(text: string, flag: string): void {
  const pieces = text.match(/"[^"]*"|'[^']*'|./gsu) ?? []
  for (const [i, piece] of pieces.entries()) {
    if (!/^["']/.test(piece)) continue
    const isLone = piece.length === 1
    if (isLetter(pieces[i - 1]) || (!isLone && isLetter(pieces[i + 1])))
      throw new Failure('usage', `${flag}: a quote is part of a word`, { hint: otherKind(flag) })
    if (isLone) throw new Failure('usage', `${flag}: a quote is not closed`, { hint: QUOTED })
  }
}

const isLetter = (piece: string | undefined): boolean =>
  piece !== undefined && /^[\p{L}\p{M}\p{N}_]$/u.test(piece)

const otherKind = (flag: string): string =>
  `A value with a quote in it stands in quotes of the other kind: ${flag} ${shellWord(`name="O'Brien"`)}`

function takesNone(key: string, flag: string): Failure {
  return new Failure('usage', `${flag}: ${key} takes no value`, { hint: `Write ${key}, or leave it out.` })
}

function unknownWord(key: string, value: string | undefined, flag: string): Failure {
  if (value === undefined)
    return new Failure('usage', `${flag}: "${safeText(key, 60)}" is not key=value`, {
      hint: `${flag} is a search. ${EXAMPLE} An id or a file goes without ${flag}.`,
    })
  const near = nearName(key, [...WITH_VALUE, ...ALONE])
  const hint = `${near === undefined ? '' : `Did you mean ${near}? `}It takes ${[...WITH_VALUE, 'error'].join(', ')}.`
  return new Failure('usage', `${flag}: "${safeText(key, 60)}" is not known`, { hint })
}

const noValue = (key: string, flag: string): Failure =>
  new Failure('usage', `${flag}: ${key} has no value`, { hint: `Write it like ${key}=VALUE.` })
