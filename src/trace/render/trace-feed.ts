import { fitEnd, padEnd } from '../../text/fit.ts'
import { isoTime } from '../formats/iso-time.ts'
import type { TraceSummary } from '../search.ts'
import { glyphsFor } from './glyphs.ts'
import { type ListOptions, type ListPen, layFigures, traceLine } from './trace-list.ts'

/** A list that grows: its lines are drawn one by one, and none is drawn again. */
export interface TraceFeed {
  readonly head: string
  line(trace: TraceSummary): string
}

const HEADS = ['SPANS', 'ERRORS', 'DURATION', 'STARTED'] as const
/** Room for the figures of most traces, and for a time as `13:02:05Z`. */
const WIDTHS = [6, 6, 8, 9] as const
/** Hex digits of a trace id. */
const ID = 32
/** A longer root would leave the figures far from the id. */
const MOST_ROOT = 40

/**
 * The columns of a list whose traces are not known yet. A time of the day stands in place of the age, which would be wrong a
 * second later.
 */
export function openFeed(options: Pick<ListOptions, 'width' | 'unicode' | 'style'>): TraceFeed {
  const { width, unicode, style } = options
  const pen: ListPen = { ...options, when: (startMillis) => `${timeOfDay(startMillis)}Z` }
  const { figures, leftOut, room } = layFigures(ID, WIDTHS, width)
  const root = Math.min(room, MOST_ROOT)
  const hasErrors = !leftOut.includes('ERRORS')
  const columns = { id: ID, root, bar: 0, most: 1, colours: new Map(), hasErrors, leftOut, figures }
  const { ellipsis } = glyphsFor(unicode)
  const head = root === 0 ? 'TRACE' : `${padEnd('TRACE', ID)}  ${padEnd('ROOT', root)}${figures(HEADS)}`
  return {
    head: style.dim(fitEnd(head.trimEnd(), width, ellipsis)),
    line: (trace) => traceLine(trace, columns, pen),
  }
}

const timeOfDay = (millis: number): string => isoTime(BigInt(millis) * 1_000_000n, 3).slice(11, 19)
