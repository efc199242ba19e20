import type { Style } from '../../ports.ts'
import { type Fold, isFold } from '../fold.ts'
import type { Span } from '../model.ts'
import type { TraceNode } from '../tree.ts'
import { formatDuration } from './duration.ts'
import { fitEnd, fitMiddle, padEnd, safeName } from './fit.ts'
import type { Glyphs } from './glyphs.ts'
import type { TreeRow } from './rows.ts'
import { serviceColour } from './service-colour.ts'
import { displayWidth } from './width.ts'

/** The left part of a row before it is fitted to a width: all texts safe, none styled. */
export interface Label {
  /** `✗ ` for a failed span, else empty. */
  readonly mark: string
  readonly name: string
  /** Set where it differs from the parent's: most spans call within their own service. */
  readonly service: string
  /** Of a fold: `p50 1.20ms  p99 9.00ms`. */
  readonly statistics: string
  readonly durationText: string
  readonly span: Span
  readonly top: boolean
}

/** Columns between a name and what stands right of it. */
const GAP = 2

/** The texts of a row, safe for a terminal and not yet fitted to a width. */
export function labelOf(row: TreeRow, glyphs: Glyphs): Label {
  const fold = isFold(row.item) ? row.item : undefined
  const { span } = fold ? (fold.members[0] as TraceNode) : (row.item as TraceNode)
  const name = safeName(span.name === '' ? '(no name)' : span.name, glyphs.ellipsis)
  return {
    mark: span.status === 'error' ? `${glyphs.error} ` : '',
    name: fold ? `${fold.members.length}${glyphs.times} ${name}` : name,
    service: serviceOf(row) === span.service ? '' : safeName(span.service, glyphs.ellipsis),
    statistics: fold ? statisticsOf(fold, glyphs) : '',
    durationText: fold
      ? glyphs.sum + formatDuration(fold.sumNanos, glyphs.micro)
      : formatDuration(span.durationNanos, glyphs.micro),
    span,
    top: row.depth === 0,
  }
}

function serviceOf({ above }: TreeRow): string | undefined {
  return above && !isFold(above.item) ? above.item.span.service : undefined
}

function statisticsOf(fold: Fold, glyphs: Glyphs): string {
  const [p50, p99, sum] = [fold.p50Nanos, fold.p99Nanos, fold.sumNanos].map((n) =>
    formatDuration(n, glyphs.micro),
  )
  return `p50 ${p50}  p99 ${p99}${glyphs.sum === '' ? `  sum ${sum}` : ''}`
}

/** Columns the label would like, guides included. */
export function naturalWidth(label: Label, guideColumns: number): number {
  const parts = [label.name, label.statistics, label.service].filter((text) => text !== '').map(displayWidth)
  return guideColumns + displayWidth(label.mark) + parts.reduce((sum, part) => sum + GAP + part, -GAP)
}

/** Whether the statistics of a fold find room beside its name; else they take a line of their own. */
export function statisticsFit(label: Label, guideColumns: number, width: number): boolean {
  return naturalWidth(label, guideColumns) <= width
}

/** The label in exactly `width` columns: guides, mark and name left, service right. The name gives way last. */
export function drawLabel(label: Label, guides: string, width: number, glyphs: Glyphs, style: Style): string {
  const room = Math.max(1, width - displayWidth(guides) - displayWidth(label.mark))
  const beside = statisticsFit(label, displayWidth(guides), width) ? label.statistics : ''
  const wanted = [beside, label.service].filter((text) => text !== '').join(' '.repeat(GAP))
  const right = fitEnd(
    wanted,
    rightRoom(displayWidth(label.name), displayWidth(wanted), room),
    glyphs.ellipsis,
  )
  const nameRoom = right === '' ? room : room - GAP - displayWidth(right)
  const name = padEnd(fitMiddle(label.name, nameRoom, glyphs.ellipsis), nameRoom)
  const tail = right === '' ? '' : ' '.repeat(GAP) + styleRight(right, beside, label, style)
  return style.dim(guides) + style.red(label.mark) + styleName(name, label, style) + tail
}

/** What is left of the name, but never less than a third for a service; in a narrow label all of it or nothing. */
function rightRoom(nameColumns: number, rightColumns: number, room: number): number {
  if (nameColumns + GAP + rightColumns <= room) return rightColumns
  if (room < 24) return 0
  return Math.min(rightColumns, Math.max(room - GAP - nameColumns, Math.floor(room / 3)))
}

function styleName(name: string, label: Label, style: Style): string {
  const painted = label.span.status === 'error' ? style.red(name) : name
  return label.top ? style.bold(painted) : painted
}

function styleRight(right: string, beside: string, label: Label, style: Style): string {
  if (beside === '') return style.palette(serviceColour(label.span.service), right)
  const service = right.slice(beside.length)
  return style.dim(beside) + (service === '' ? '' : style.palette(serviceColour(label.span.service), service))
}
