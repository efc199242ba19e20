import type { Invocation } from '../commands/invocation.ts'
import type { TraceArgument } from '../commands/trace/find-trace.ts'
import { findTrace } from '../commands/trace/find-trace.ts'
import { counted, openSearch } from '../commands/trace/found/open-search.ts'
import { foundNotes, readFound } from '../commands/trace/found/read-found.ts'
import { Failure, type FailureCode } from '../errors.ts'
import type { Note } from '../frame/answer.ts'
import { withErr } from '../frame/print-agent.ts'
import { readFlags } from '../frame/verb.ts'
import { didYouMean } from '../text/near-name.ts'
import { safeText } from '../text/safe-text.ts'
import type { TraceReference } from '../trace/id.ts'
import { maskText, maskTrace } from '../trace/masking.ts'
import type { Trace } from '../trace/model.ts'
import type { TraceFilter } from '../trace/search.ts'
import { redeliveredText } from '../trace/tree/attach.ts'
import { buildTree, type TraceTree } from '../trace/tree/trace-tree.ts'
import { pickedArgument, pickTrace } from './pick.ts'
import { filterOf, manyTracesFlags, PICKS, type Pick } from './search-flags.ts'

/** One side of a comparison: a trace, or all traces that a search finds. */
export type Side = TraceSide | SearchSide

interface TraceSide {
  readonly argument: TraceArgument
  /** Which trace of a file. */
  readonly wanted: TraceReference | undefined
  /** The file that it is read from, or `-`. */
  readonly file: string | undefined
}

export interface SearchSide {
  /** The typed text. */
  readonly text: string
  readonly filter: TraceFilter
  readonly file: string | undefined
  /** One of them only. */
  readonly pick: Pick | undefined
}

/** The typed words for the sides. */
interface TypedSides {
  readonly first: TraceArgument | undefined
  readonly second: TraceArgument | undefined
  readonly a: SearchSide | undefined
  readonly b: SearchSide | undefined
  readonly traceA: TraceReference | undefined
  readonly traceB: TraceReference | undefined
}

/** The sides: arguments in their order, for A or B or both, where no search is given. Failure `usage`. */
export function readSides({ first, second, a, b, traceA, traceB }: TypedSides): readonly [a: Side, b: Side] {
  const left = [first, second].filter((one) => one !== undefined)
  const next = (wanted: TraceReference | undefined): TraceSide | undefined => {
    const argument = left.shift()
    return argument && { argument, wanted, file: argument.kind === 'file' ? argument.path : undefined }
  }
  const [sideA, sideB] = [a ?? next(traceA), b ?? next(traceB)]
  if (left.length > 0)
    throw new Failure('usage', 'too many sides: two at most', {
      hint: '--a replaces the first trace, --b the second.',
    })
  if (!sideA || !sideB)
    throw new Failure('usage', sideA || sideB ? 'missing the second trace' : 'missing trace id', {
      hint: "Use two ids or files: ls-auth trace diff ID ID. Or use a search for one: --a or --b 'service=checkout since=1d'",
    })
  if (sideA.file === '-' && sideB.file === '-')
    throw new Failure('usage', 'both sides are standard input, which can only be read once', {
      hint: 'Save one of them to a file.',
    })
  return [sideA, sideB]
}

const EXAMPLE = "Write it like 'service=checkout since=1d'."
/** Traces of a side where no limit is given. */
const USUAL_LIMIT = 20
/** Flags of a search with a value; of `attr` there may be several. */
const WITH_VALUE = [
  ...Object.entries(manyTracesFlags).flatMap(([name, { takes }]) => (takes ? [name] : [])),
  'pick',
]

/** `service=checkout attr="http.route=/a b" error since=1d` as a search. Failure `usage`, which names `flag` (`--a`). */
export function readSearch(text: string, flag: string, now: number): SearchSide {
  const typed = typedOf(text, flag)
  try {
    const values = readFlags(manyTracesFlags, typed, [], now)
    const pick = readPick(typed.pick, flag)
    const filter = filterOf(values, typed, now, pick === 'slowest' ? 100 : USUAL_LIMIT)
    return { text, file: values.file, filter, pick }
  } catch (error) {
    throw ofSide(flag, error)
  }
}

function readPick(typed: unknown, flag: string): Pick | undefined {
  const pick = PICKS.find((one) => one === typed)
  if (pick !== undefined || typed === undefined) return pick
  throw new Failure('usage', `${flag}: pick is one of: ${PICKS.join(', ')}`, { hint: EXAMPLE })
}

/** Of the words of a side, or of its file: the others are of the whole command, such as not being signed in. */
const OF_SIDE: readonly FailureCode[] = ['usage', 'cannot-do', 'not-found']

const ofSide = (side: string, error: unknown): unknown =>
  error instanceof Failure && OF_SIDE.includes(error.code)
    ? error.withWords(`${side}: ${error.message}`, error.hint)
    : error

/** Quotes stand around a whole value, behind its key or around both, and are taken away. */
const WORD = /(?<!\S)(?:([^\s"']*)(?:"([^"]*)"|'([^']*)')|[^\s"']+)(?!\S)/gu

/** The words of a search as flags of `trace search`, for which dashes may stand in front. */
function typedOf(text: string, flag: string): Readonly<Record<string, unknown>> {
  const refused = (what: string, hint: string) => new Failure('usage', `${flag}${what}`, { hint })
  if (text.replaceAll(WORD, '').trim() !== '')
    throw refused(
      ': a quote is unclosed or inside a word',
      `Quote a whole value. It may contain the other kind of quote: ${flag} 'name="GET /cart" since=1d'`,
    )
  const typed: Record<string, unknown> = {}
  for (const [word, before = '', double, single] of text.matchAll(WORD)) {
    const quoted = double ?? single
    const [, key = '', value] =
      /^(?:--)?([^=]*)(?:=(.*))?$/su.exec(quoted === undefined ? word : before + quoted) ?? []
    if (key === 'error' || key === 'errors') {
      if (value !== undefined) throw refused(`: ${key} takes no value`, `Write ${key}, or leave it out.`)
      typed.error = true
    } else if (!WITH_VALUE.includes(key)) throw unknownWord(key, value, flag)
    else if (!value) throw refused(`: ${key} has no value`, `Write it like ${key}=VALUE.`)
    else if (key === 'attr') typed.attr = [...((typed.attr as string[] | undefined) ?? []), value]
    else if (key in typed) throw refused(`: ${key} appears twice`, 'Give it once.')
    else typed[key] = value
  }
  if (Object.keys(typed).length === 0) throw refused(' is empty', EXAMPLE)
  return typed
}

function unknownWord(key: string, value: string | undefined, flag: string): Failure {
  const shown = `${flag}: "${safeText(key, 60)}"`
  if (value === undefined)
    return new Failure('usage', `${shown} is not key=value`, {
      hint: `${flag} is a search. ${EXAMPLE} Give an id or a file without ${flag}.`,
    })
  const known = [...WITH_VALUE, 'error']
  return new Failure('usage', `${shown} is not known`, {
    hint: `${didYouMean(key, known)}It takes ${known.join(', ')}.`,
  })
}

/** What a side was, and what to know of it. */
export interface SideReport {
  /** In words, safe for a terminal. */
  readonly name: string
  /** Of one trace. */
  readonly traceId: string | undefined
  /** How many values were masked. */
  readonly masked: number
  readonly notes: readonly Note[]
}

/** Gives each trace of a side to `use`, as a tree. Failure `not-found`: there is none. */
export async function readSide(
  invocation: Invocation,
  letter: 'A' | 'B',
  side: Side,
  { showSensitive }: { readonly showSensitive: boolean },
  use: (tree: TraceTree) => void,
): Promise<SideReport> {
  let redelivered = 0
  const add = (trace: Trace) => {
    const tree = buildTree(trace)
    use(tree)
    redelivered += tree.trace.redelivered ?? 0
  }
  const read = 'filter' in side ? (side.pick ? ofPick(side, side.pick) : ofSearch(side)) : ofTrace(side)
  const { notes, ...report } = await read
  const again = redeliveredText(redelivered)
  const own = [...notes, again === undefined ? undefined : { code: 'redelivered', text: again }]
  return {
    ...report,
    notes: own.flatMap((note) => (note ? [{ ...note, text: `${letter}: ${note.text}` }] : [])),
  }

  async function ofTrace({ argument, wanted }: TraceSide): Promise<SideReport> {
    const { trace, name } = await findTrace(invocation, argument, wanted, `--trace-${letter.toLowerCase()}`)
    if (trace.spans.length === 0) throw new Failure('not-found', `${letter} has no spans`)
    const shown = showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
    add(shown.trace)
    const { traceId, partial } = trace
    const why = partial === undefined ? '' : safeText(showSensitive ? partial : maskText(partial), 300)
    const part: Note = { code: 'partial', text: 'incomplete trace', forPerson: `: ${why}` }
    const notes = partial === undefined ? [] : [part]
    return { name: `trace ${traceId} of ${name}`, traceId, masked: shown.masked(), notes }
  }

  async function ofPick({ filter, file }: SearchSide, pick: Pick): Promise<SideReport> {
    try {
      const id = await pickTrace(invocation, filter, file, pick)
      return await ofTrace({ ...pickedArgument(id, file), file })
    } catch (error) {
      throw ofSide(letter, error)
    }
  }

  async function ofSearch({ text, filter, file }: SearchSide): Promise<SideReport> {
    const { terminal } = invocation.ports
    const own = withErr(invocation, (line) => terminal.err(line.replace(/^note: /, `note: ${letter}: `)))
    try {
      const search = await openSearch(own, file)
      const found = await readFound(own, search, { filter, file, showSensitive }, add)
      if (found.failure) throw found.failure
      const shown = safeText(maskText(text), 200)
      // Its own words name a file already.
      const of = file === undefined || file === '-' ? ` of ${search.searched.name}` : ''
      return {
        name: `${counted(found.traces, 'trace')}${of}: ${shown}`,
        traceId: undefined,
        masked: found.masked(),
        notes: foundNotes(found).filter(({ code }) => code === 'truncated'),
      }
    } catch (error) {
      throw ofSide(letter, error)
    }
  }
}
