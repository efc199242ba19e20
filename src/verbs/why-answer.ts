import type { Explanation } from '../commands/trace/found/explain.ts'
import { counted } from '../commands/trace/found/open-search.ts'
import { foundNotes } from '../commands/trace/found/read-found.ts'
import { MASKED } from '../commands/trace/masked.ts'
import { namesTimes } from '../commands/trace/time-range.ts'
import { isPlain, type Note, type Step } from '../frame/answer.ts'
import { safeText } from '../text/safe-text.ts'
import type { SelectedSpans } from '../trace/analysis/population.ts'
import type { Cause } from '../trace/analysis/rank-causes.ts'
import { parseCondition, splitScope } from '../trace/attributes.ts'
import { exactDuration } from '../trace/nanos.ts'
import { largerLimit } from '../trace/search.ts'
import { redeliveredText } from '../trace/tree/attach.ts'

/** Longer values, such as statements, don't fit a command line. */
const LONGEST = 200
/** Next steps. */
const MOST_STEPS = 3
/** A lower limit selects more spans, as long as it still leaves out most. */
const LOWER = 'p75'

type Typed = Readonly<Record<string, unknown>>
type SearchedCause = Pick<Cause, 'attribute' | 'name' | 'value'>

/** How to search for a value: the flag and its text. Undefined: no flag can name it (control characters, a very long text). */
function flagOf({
  attribute,
  name,
  value,
}: SearchedCause): readonly ['attr' | 'service' | 'name', string] | undefined {
  if (value.length > LONGEST || safeText(value) !== value) return undefined
  if (attribute === 'name') return ['name', value]
  if (attribute === 'resource.service.name') return ['service', value]
  // A key that looks like one with a scope keeps its own scope in front.
  const key = splitScope(name).scope === undefined ? name : attribute
  const condition = parseCondition(`${key}=${value}`)
  const isSame = typeof condition !== 'string' && condition[0] === key && condition[1] === value
  return isSame && condition[2] === undefined && safeText(key) === key
    ? ['attr', `${key}=${value}`]
    : undefined
}

/** The search that finds the traces behind a cause. Undefined: no flag can name the value, or a query was asked. */
export function searchFor(
  cause: SearchedCause,
  typed: Typed,
  limitNanos: number | undefined,
): Step | undefined {
  const flag = flagOf(cause)
  if (flag === undefined || typed.query !== undefined) return undefined
  const [option, text] = flag
  const value = option === 'attr' ? [...((typed.attr as string[] | undefined) ?? []), text] : text
  const label = 'next:'
  return {
    ...selectedSearch(typed, limitNanos, { [option]: value }),
    label,
    ...(isPlain(text) ? {} : { quotes: true }),
  }
}

/** The search that finds the selected spans: the typed filters, `value`, and what selected them. */
function selectedSearch(
  typed: Typed,
  limitNanos: number | undefined,
  value: Readonly<Record<string, unknown>> = {},
): Step {
  const { slowerThan, query, service, name, attr } = typed
  const isFailed = limitNanos === undefined
  // A duration alone is that of the whole trace, and beside the value it would be that of the span.
  const isOfTrace = service === undefined && name === undefined && attr === undefined
  const min = typeof slowerThan === 'string' && /^\s*\d/.test(slowerThan) ? slowerThan.trim() : undefined
  const selecting = isFailed
    ? { error: true, ...(isOfTrace && { min: undefined }) }
    : { min: min ?? exactDuration(limitNanos) }
  return {
    verb: 'trace search',
    flags: {
      error: undefined,
      slowerThan: undefined,
      limit: undefined,
      ...value,
      ...(query === undefined && { ...selecting, ...(isOfTrace && { max: undefined }) }),
    },
    keeps: 'all',
  }
}

/** Searches for the first causes; where none is sure, the search that makes one sure. */
export function whySteps({ ranking, comparison, limitNanos, found }: Explanation, typed: Typed): Step[] {
  const { verdict, causes } = ranking
  const sure = verdict === 'causes' ? causes.filter(({ isSignificant }) => isSignificant) : []
  const searches = sure.slice(0, MOST_STEPS).flatMap((cause) => searchFor(cause, typed, limitNanos) ?? [])
  if (searches.some(({ quotes }) => !quotes)) return searches
  const isOpen = verdict === 'too-few' && comparison.baseline.spans > 0
  const again = (flags: NonNullable<Step['flags']>): Step => ({ verb: 'trace why', flags, keeps: 'all' })
  const { slowerThan, file } = typed
  const isLower = isOpen && slowerThan !== undefined && slowerThan !== LOWER
  const larger = isOpen && found?.truncated ? largerLimit(found.limit) : undefined
  const heedsTimes = file === undefined && found?.isOfAnyTime !== true
  return [
    ...searches,
    ...(isLower ? [again({ slowerThan: LOWER })] : []),
    ...(larger !== undefined ? [again({ limit: larger })] : []),
    ...(isOpen && heedsTimes && !namesTimes(typed) ? [again({ since: '1d' })] : []),
    selectedSearch(typed, limitNanos),
  ]
}

/** What to know of the figures. */
export function whyNotes(
  {
    limitNanos,
    loweredFromNanos,
    unfinished = 0,
    lists = 0,
    redelivered,
    hidden,
    partial,
    found,
  }: Explanation,
  selected: SelectedSpans,
  source: string,
): Note[] {
  const notes: Note[] = []
  const add = (code: string, text: string) => notes.push({ code, text })
  if (limitNanos !== undefined && loweredFromNanos !== undefined) {
    const of =
      selected.by === 'duration' && 'percentile' in selected.over ? `p${selected.over.percentile}` : ''
    const [from, to] = [loweredFromNanos, limitNanos].map(exactDuration)
    add('limit-lowered', `no span took longer than the ${of}, ${from}: lowered the limit to ${to}`)
  }
  if (unfinished > 0)
    add(
      'unfinished',
      `${counted(unfinished, 'span')} ${unfinished === 1 ? 'has' : 'have'} no usable end: left out`,
    )
  if (lists > 0)
    add(
      'lists',
      `${lists} ${lists === 1 ? 'attribute holds' : 'attributes hold'} lists, which ls-auth does not compare`,
    )
  const again = redeliveredText(redelivered)
  if (again !== undefined) add('redelivered', again)
  if (hidden > 0) notes.push(MASKED)
  if (partial !== undefined) {
    const text = `${source} returned only a part of the result: ${safeText(partial, 300)}`
    notes.push({ code: 'part-of-result', text, quotes: true })
  }
  return [...notes, ...(found ? foundNotes({ ...found, masked: () => 0 }) : [])]
}
