import { count, grouped } from '../../../text/count.ts'
import { fitEnd, fitLines } from '../../../text/fit.ts'
import type { Comparison } from '../../analysis/population.ts'
import type { Cause, Ranking } from '../../analysis/rank-causes.ts'
import { formatDuration, percent, points } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import { drawTable, type TableOptions } from './figure-table.ts'

export interface RankedComparison {
  readonly ranking: Ranking
  readonly comparison: Comparison
  /** The spans were selected by their duration, over this; undefined: they failed. */
  readonly limitNanos: number | undefined
  /** In how many traces the spans are; undefined: not known. */
  readonly traces: number | undefined
}

/** Values that may be chance are shown where none is sure. */
const MOST_OPEN = 3

/** The comparison and its result, in words of ours. */
export const leadOfCauses = (ranked: RankedComparison, { width, unicode }: TableOptions): string[] => {
  const { ellipsis, micro } = glyphsFor(unicode)
  return causeSentences(ranked, micro).flatMap((line) => fitLines(line, width, ellipsis))
}

/** A line for each value, at most `most`, then how many are left; `more`: how to see those. */
export function causeTable(
  ranked: RankedComparison,
  options: TableOptions,
  { most, more }: { readonly most: number; readonly more: string },
): string[] {
  const { ellipsis } = glyphsFor(options.unicode)
  const { shown, left } = causesToShow(ranked.ranking, most)
  if (shown.length === 0) return []
  const rest = left > 0 ? [fitEnd(`${ellipsis} ${left} more${more}`, options.width, ellipsis)] : []
  return [...drawCauses(shown, ranked, options), ...rest]
}

/** Of the causes that are beyond chance at most `most`, and how many are left; a few where none is sure. */
function causesToShow(
  { verdict, causes }: Ranking,
  most: number,
): { readonly shown: readonly Cause[]; readonly left: number } {
  if (verdict !== 'causes') return { shown: causes.slice(0, verdict === 'too-few' ? MOST_OPEN : 0), left: 0 }
  const sure = causes.filter(({ isSignificant }) => isSignificant)
  return { shown: sure.slice(0, most), left: Math.max(0, sure.length - most) }
}

function causeSentences(ranked: RankedComparison, micro: string): string[] {
  const { comparison, limitNanos, traces } = ranked
  const { selection, baseline } = comparison
  const of = traces === undefined ? '' : ` in ${count(traces, 'trace')}`
  const spans = `${grouped(selection.spans)} of ${count(selection.spans + baseline.spans, 'span')}`
  return [`${spans}${of} ${whatTheyDid(limitNanos, micro)}.`, ...sentences(ranked)]
}

function whatTheyDid(limitNanos: number | undefined, micro: string): string {
  return limitNanos === undefined ? 'failed' : `took more than ${formatDuration(limitNanos, micro)}`
}

function sentences(ranked: RankedComparison): string[] {
  const { ranking, comparison } = ranked
  const { verdict } = ranking
  if (comparison.baseline.spans === 0)
    return ['All of them did, so ls-auth has no other spans to compare with.']
  if (verdict === 'causes') {
    // Many spans may be of one trace, which is unknown here.
    const how = ranked.traces === undefined ? 'counting spans, not traces' : 'by more than chance'
    return [`More frequent among them than in the rest, ${how}:`]
  }
  if (verdict === 'nothing') return ['No value is much more frequent among them.']
  return ['Too few to tell: common values may be chance.']
}

function drawCauses(causes: readonly Cause[], ranked: RankedComparison, options: TableOptions): string[] {
  const { limitNanos } = ranked
  const selected = limitNanos === undefined ? 'FAILED' : 'SLOW'
  return drawTable(
    causes,
    {
      texts: [
        { head: 'ATTRIBUTE', text: ({ name }) => name },
        { head: 'VALUE', text: ({ value }) => (value === '' ? '(empty)' : value) },
      ],
      figures: [
        { head: selected, figure: ({ selectionShare }) => percent(selectionShare) },
        { head: 'REST', figure: ({ baselineShare }) => percent(baselineShare) },
        {
          head: 'DIFF',
          figure: ({ selectionShare, baselineShare }) => points(selectionShare, baselineShare),
        },
        { head: 'SPANS', figure: ({ selectionCount }) => String(selectionCount) },
      ],
      byNeed: [selected, 'REST', 'DIFF', 'SPANS'],
      bar: ({ difference }) => difference,
    },
    options,
  )
}
