import { type Invocation, tell } from '../commands/invocation.ts'
import { readTraceArgument, type TraceArgument } from '../commands/trace/find-trace.ts'
import { noneFound } from '../commands/trace/found/read-found.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { Failure } from '../errors.ts'
import { readFlags } from '../frame/verb.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { count } from '../text/count.ts'
import type { TraceReference } from '../trace/id.ts'
import { parseSpanOrTraceId } from '../trace/id.ts'
import { idForTraceGet, latestFirst, slowestFirst, type TraceFilter } from '../trace/search.ts'
import { filterOf, manyTracesFlags, OF_SEARCH, PICKS, type Pick } from './search-flags.ts'

/**
 * The line with the id of the trace that `--latest`, `--slowest` or `--error-latest` chooses. Failures: `usage`, also where none of them was typed, and a flag that is not one of the verb's `own`; `not-found`: the search finds nothing.
 */
export async function withPicked(
  invocation: Invocation,
  own: readonly string[],
  now: number,
): Promise<Invocation> {
  const { options, args } = invocation
  const picks = PICKS.filter((pick) => options[camelCase(pick)] === true)
  const [pick, other] = picks
  if (pick === undefined) {
    const stray = OF_SEARCH.find((name) => options[name] !== undefined && !own.includes(name)) ?? 'limit'
    throw new Failure('usage', `${typedFlag(stray)} needs --latest, --slowest or --error-latest`, {
      hint: 'Add one of them in place of the id.',
    })
  }
  if (other !== undefined)
    throw new Failure('usage', `--${pick} and --${other} cannot be used together`, {
      hint: 'Drop one of them.',
    })
  if (args[0] !== undefined)
    throw new Failure('usage', `--${pick} chooses a trace, but there is an id`, {
      hint: `Drop the id or --${pick}.`,
    })
  if (options.limit !== undefined && pick !== 'slowest')
    throw new Failure('usage', `--${pick} chooses one trace, and takes no --limit`, { hint: 'Drop --limit.' })
  const values = readFlags(manyTracesFlags, options, [], now)
  const filter = filterOf(values, options, now, pick === 'slowest' ? 100 : 20)
  const id = await pickTrace(invocation, filter, values.file, pick)
  const drop = Object.fromEntries([...OF_SEARCH, ...PICKS.map(camelCase)].map((name) => [name, undefined]))
  const left = { ...options, ...drop }
  return values.file === undefined
    ? { ...invocation, args: [id], options: left }
    : { ...invocation, args: [values.file], options: { ...left, trace: id } }
}

/** The id of the trace that a search finds first. Failure `not-found`. */
export async function pickTrace(
  invocation: Invocation,
  filter: TraceFilter,
  file: string | undefined,
  pick: Pick,
): Promise<string> {
  const source = await openSource(invocation, 'search', file)
  const asked = pick === 'error-latest' ? { ...filter, errors: true } : filter
  const result = await source.search(asked)
  const { traces, truncated } = result
  const best = pick === 'slowest' ? slowestFirst(traces)[0] : latestFirst(traces)[0]
  const id = best === undefined ? '' : idForTraceGet(best)
  if (id === '') throw await noneFound(invocation, source, { filter: asked, file }, result)
  const of = pick === 'slowest' ? `the slowest of ${count(traces.length, 'trace')}` : 'the newest'
  tell(invocation, `note: ${of}${truncated && pick === 'slowest' ? ', there may be more' : ''}: ${id}`)
  return id
}

/** A side of `trace diff`: the argument for this id, or the trace of this file. */
export const pickedArgument = (
  id: string,
  file: string | undefined,
): { readonly argument: TraceArgument; readonly wanted: TraceReference | undefined } =>
  file === undefined
    ? { argument: readTraceArgument(id), wanted: undefined }
    : { argument: { kind: 'file', path: file }, wanted: parseSpanOrTraceId(id) }

const camelCase = (word: string): string =>
  word.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
