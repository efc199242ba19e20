import type { Comparison } from './comparison.ts'
import { NOTEWORTHY, type Ranking } from './rank-causes.ts'

/**
 * The ranking, with `too-few` in place of `nothing` where a value that occurs once in the selection differs by much. A value
 * found once is no pattern and is not ranked, but of a few spans it may be half: then it is untrue that nothing stands out.
 */
export function heedingRareValues(
  ranking: Ranking,
  { selection, baseline, attributes }: Comparison,
): Ranking {
  if (ranking.verdict !== 'nothing') return ranking
  const differs = attributes.some(({ values }) =>
    [...values.values()].some(
      (counts) =>
        counts.selection.spans === 1 &&
        1 / selection.spans - counts.baseline.spans / baseline.spans >= NOTEWORTHY,
    ),
  )
  return differs ? { ...ranking, verdict: 'too-few' } : ranking
}
