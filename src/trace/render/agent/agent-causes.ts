import { count } from '../../../text/count.ts'
import { fitEnd, padStart, safeName } from '../../../text/fit.ts'
import type { Cause } from '../../causes/rank-causes.ts'
import { WORDS } from '../glyphs.ts'
import { percent, points } from '../percent.ts'
import { causeSentences, causesToShow, type RankedComparison } from '../table/cause-table.ts'
import { ABOUT_DATA, bytesOf, dataBlock, withinBytes } from './data-block.ts'
import { MOST_BYTES } from './limits.ts'

/** Values: what comes after them is hardly a cause. */
const MOST_CAUSES = 20
/** Bytes of what was said while it was counted. */
const NOTES_BYTES = 2048
/** Of one text; what is longer, such as a statement, is no value to search for. */
const COLUMNS = { attribute: 100, value: 250, note: 350 }

/**
 * What failed or slow spans have in common, in at most {@link MOST_BYTES}: what was compared and what came out, then the
 * values and `notes` (which may quote a server) in a data block, then `steps` to go on.
 */
export function agentCauses(
  ranked: RankedComparison,
  { notes, steps }: { readonly notes: readonly string[]; readonly steps: readonly string[] },
): string {
  const { shown, left } = causesToShow(ranked.ranking, MOST_CAUSES)
  const facts = [...causeSentences(ranked, WORDS.micro), ABOUT_DATA, '']
  const end = ['', ...(left > 0 ? [`${count(left, 'value')} left out.`] : []), ...steps]
  const told =
    notes.length === 0
      ? []
      : [
          '',
          ...withinBytes(
            notes.map((note) => cut(note, COLUMNS.note)),
            NOTES_BYTES,
          ),
        ]
  const room = MOST_BYTES - bytesOf([...facts, ...dataBlock(told), ...end]) - NOTHING_SHOWN.length
  const rows = shown.length === 0 ? [NOTHING_SHOWN] : rowsOf(shown, ranked)
  return `${[...facts, ...dataBlock([...withinBytes(rows, room), ...told]), ...end].join('\n')}\n`
}

const cut = (text: string, columns: number): string =>
  fitEnd(safeName(text, WORDS.ellipsis), columns, WORDS.ellipsis)

const NOTHING_SHOWN = '(no values)'

/** A line a value: ` 92%    0%   +92     12  pod = pod 3`. */
function rowsOf(causes: readonly Cause[], { limitNanos }: RankedComparison): string[] {
  const selected = limitNanos === undefined ? 'FAILED' : 'SLOW'
  const line = (figures: readonly string[], text: string) =>
    `${figures.map((figure) => padStart(figure, 6)).join('  ')}  ${text}`
  return [
    line([selected, 'REST', 'DIFF', 'SPANS'], 'ATTRIBUTE = VALUE'),
    ...causes.map(({ name, value, selectionShare, baselineShare, selectionCount }) =>
      line(
        [
          percent(selectionShare),
          percent(baselineShare),
          points(selectionShare, baselineShare),
          String(selectionCount),
        ],
        `${cut(name, COLUMNS.attribute)} = ${value === '' ? '(empty)' : cut(value, COLUMNS.value)}`,
      ),
    ),
  ]
}
